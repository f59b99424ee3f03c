// SPDX-License-Identifier: MIT
// Every method of DataChannel in every state, and its limits.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "api/fake_peer.hpp"

namespace peerlane::test {
namespace {

// A connected peer with one channel in the state asked for, and two unread packets where the state
// allows it.
class ChannelIn {
 public:
  explicit ChannelIn(DataChannel::ChannelState state, const Configuration &configuration = {})
      : peer(configuration) {
    channel = peer->create_data_channel("lane");
    channel->closed.connect([this] { ++closed; });
    channel->opened.connect([this] { ++opened; });
    channel->packet_received.connect([this] { ++packet_received; });
    channel->buffered_amount_low.connect([this] { ++low; });
    negotiate(peer, other);
    key = peer.wire().opened().at(0);
    peer.wire().transport(TransportStateChanged::State::CONNECTED);
    peer.settle();
    if (state == DataChannel::STATE_CONNECTING) return;
    peer.wire().open_channels();
    peer.wire().message(key, "one", true);
    peer.wire().message(key, "two");
    peer.settle();
    if (state == DataChannel::STATE_CLOSING) channel->close();
    if (state == DataChannel::STATE_CLOSED) peer.wire().emit(ChannelClosed{key});
    peer.settle();
    EXPECT_EQ(channel->get_ready_state(), state);
  }

  FakePeer peer, other;
  std::shared_ptr<DataChannel> channel;
  ChannelKey key = 0;
  int opened = 0, closed = 0, packet_received = 0, low = 0;
};

struct Expected {
  Error put, get;
  int count;
};

TEST(ChannelMatrix, EveryMethodInEveryState) {
  const Expected expected[] = {
      {Error::ERR_UNCONFIGURED, Error::ERR_UNAVAILABLE, 0},
      {Error::OK, Error::OK, 2},
      {Error::ERR_UNCONFIGURED, Error::OK, 2},
      {Error::ERR_UNCONFIGURED, Error::OK, 2},
  };
  for (int number = 0; number < 4; ++number) {
    SCOPED_TRACE(number);
    const auto state = static_cast<DataChannel::ChannelState>(number);
    ChannelIn in(state);
    const Expected &row = expected[number];
    EXPECT_EQ(in.channel->put_packet("hello"), row.put);
    EXPECT_EQ(in.channel->get_last_error(), row.put);
    EXPECT_EQ(in.channel->get_last_error_message().empty(), row.put == Error::OK);
    EXPECT_EQ(in.channel->put_packet(PackedByteArray{1, 2}), row.put);
    EXPECT_EQ(in.peer.wire().sent().size(), row.put == Error::OK ? 2u : 0u);
    EXPECT_EQ(in.channel->get_available_packet_count(), row.count);
    EXPECT_FALSE(in.channel->was_string_packet());
    const PackedByteArray first = in.channel->get_packet();
    EXPECT_EQ(in.channel->get_packet_error(), row.get);
    EXPECT_EQ(get_string_from_utf8(first), row.count > 0 ? "one" : "");
    EXPECT_EQ(in.channel->was_string_packet(), row.count > 0);
    PackedByteArray second{9};
    EXPECT_EQ(in.channel->get_packet(second), row.count > 0);
    EXPECT_EQ(get_string_from_utf8(second), row.count > 0 ? "two" : "\x09");
    EXPECT_FALSE(in.channel->was_string_packet());
    EXPECT_FALSE(in.channel->get_packet(second));
    EXPECT_EQ(in.channel->get_packet_error(), Error::ERR_UNAVAILABLE);
    EXPECT_EQ(in.channel->get_last_error(), Error::ERR_UNAVAILABLE);
    EXPECT_EQ(in.channel->poll(), Error::OK);
    EXPECT_EQ(in.channel->get_buffered_amount(), row.put == Error::OK ? 7 : 0);
    EXPECT_EQ(in.channel->get_label(), "lane");
  }
}

TEST(ChannelMatrix, CloseInEveryState) {
  const DataChannel::ChannelState after[] = {DataChannel::STATE_CLOSED, DataChannel::STATE_CLOSING,
                                             DataChannel::STATE_CLOSING, DataChannel::STATE_CLOSED};
  for (int number = 0; number < 4; ++number) {
    SCOPED_TRACE(number);
    ChannelIn in(static_cast<DataChannel::ChannelState>(number));
    in.channel->close();
    EXPECT_EQ(in.channel->get_ready_state(), after[number]);
    in.peer.wire().emit(ChannelClosed{in.key});
    in.peer.settle();
    EXPECT_EQ(in.channel->get_ready_state(), DataChannel::STATE_CLOSED);
    EXPECT_EQ(in.closed, 1) << "once, whoever closed";
    EXPECT_EQ(in.opened, number == 0 ? 0 : 1);
    in.channel->close();
    in.peer.settle();
    EXPECT_EQ(in.closed, 1);
    EXPECT_EQ(in.peer.wire().count<CloseChannel>(), number == 3 ? 0u : 1u);
  }
}

TEST(Channel, ClosedBeforeThereIsANetworkIsTold) {
  FakePeer peer;
  const auto channel = peer->create_data_channel("a");
  int closed = 0;
  channel->closed.connect([&] { ++closed; });
  channel->close();
  EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_CLOSED);
  EXPECT_EQ(closed, 0) << "in poll() only";
  EXPECT_TRUE(peer->wait(std::chrono::milliseconds::zero()));
  peer.settle();
  EXPECT_EQ(closed, 1);
  EXPECT_FALSE(peer.has_wire());
}

TEST(Channel, ClosedBeforeItOpenedDoesNotKeepTheNetwork) {
  ChannelIn in(DataChannel::STATE_CONNECTING);
  in.channel->close();
  in.peer.wire().emit(ChannelClosed{in.key});
  in.peer.settle();
  EXPECT_EQ(in.closed, 1);
  in.peer->close();
  EXPECT_TRUE(in.peer.wire().destroyed) << "the peer has to be told, though the handle is kept";
}

TEST(Channel, DroppedHandleClosesAndGivesItsPacketsBack) {
  ChannelIn in(DataChannel::STATE_OPEN);
  EXPECT_EQ(in.peer.wire().link->inbox_cost, 6 + 2 * kMessageOverhead);
  in.channel.reset();
  EXPECT_EQ(in.peer.wire().count<CloseChannel>(), 1u);
  EXPECT_EQ(in.peer.wire().link->inbox_cost, 0u);
  EXPECT_EQ(in.peer.wire().link->inbox_messages, 0u);
  in.peer.wire().message(in.key, "late");
  in.peer.settle();
  EXPECT_EQ(in.peer.wire().link->inbox_cost, 0u);
  in.peer.wire().emit(ChannelClosed{in.key});
  in.peer.settle();
  in.peer.wire().message(in.key, "later");
  in.peer.settle();
  EXPECT_EQ(in.peer.wire().link->inbox_cost, 0u);
  EXPECT_EQ(in.closed, 0);
}

TEST(Channel, OutlivesItsConnection) {
  ChannelIn in(DataChannel::STATE_OPEN);
  in.channel->put_packet("abc");
  in.peer.connection.reset();
  EXPECT_EQ(in.channel->get_ready_state(), DataChannel::STATE_CLOSED);
  EXPECT_EQ(in.channel->put_packet("x"), Error::ERR_UNCONFIGURED);
  EXPECT_EQ(in.channel->get_buffered_amount(), 3) << "not reset";
  EXPECT_EQ(in.channel->get_available_packet_count(), 2);
  EXPECT_EQ(get_string_from_utf8(in.channel->get_packet()), "one");
  EXPECT_EQ(in.closed, 0);
  in.channel->close();
}

TEST(Channel, WriteModeDecidesTheKind) {
  ChannelIn in(DataChannel::STATE_OPEN);
  EXPECT_EQ(in.channel->get_write_mode(), DataChannel::WRITE_MODE_BINARY);
  in.channel->put_packet("\xff");
  in.channel->set_write_mode(DataChannel::WRITE_MODE_TEXT);
  EXPECT_EQ(in.channel->put_packet("\xff"), Error::ERR_INVALID_DATA);
  EXPECT_NE(in.channel->get_last_error_message().find("UTF-8"), std::string::npos);
  EXPECT_EQ(in.channel->put_packet(""), Error::OK);
  EXPECT_EQ(in.channel->put_packet(std::string("a\0b", 3)), Error::OK);
  const auto sent = in.peer.wire().sent();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_FALSE(sent[0].is_text);
  EXPECT_TRUE(sent[1].is_text);
  EXPECT_TRUE(sent[1].payload.empty());
  EXPECT_EQ(sent[2].payload, to_utf8_buffer({"a\0b", 3}));
}

TEST(Channel, PacketIsMovedFromOnlyWhereSent) {
  ChannelIn in(DataChannel::STATE_OPEN);
  PackedByteArray packet(100, 7);
  EXPECT_EQ(in.channel->put_packet(std::move(packet)), Error::OK);
  PackedByteArray large(300000, 7);
  EXPECT_EQ(in.channel->put_packet(std::move(large)), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(large.size(), 300000u);
}

TEST(Channel, MaxPacketSizeIsEnforced) {
  Configuration small;
  small.max_message_size = 1000;
  FakePeer peer(small), other;
  const auto channel = peer->create_data_channel("a");
  EXPECT_EQ(channel->get_max_packet_size(), 65536) << "before the remote description";
  negotiate(peer, other);
  EXPECT_EQ(channel->get_max_packet_size(), 1000) << "ours is smaller";
  EXPECT_EQ(peer->create_data_channel("b")->get_max_packet_size(), 1000);
  peer.wire().open_channels();
  peer.settle();
  EXPECT_EQ(channel->put_packet(PackedByteArray(1000)), Error::OK);
  EXPECT_EQ(channel->put_packet(PackedByteArray(1001)), Error::ERR_INVALID_PARAMETER);
  EXPECT_NE(channel->get_last_error_message().find("1000"), std::string::npos);
  EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_OPEN);
}

TEST(Channel, PeersLimitCounts) {
  const std::pair<const char *, int> rows[] = {
      {"a=max-message-size:5000\r\n", 5000},
      {"", 65536},
      {"a=max-message-size:0\r\n", 262144},
      {"a=max-message-size:1073741823\r\n", 262144},
  };
  for (const auto &[line, size] : rows) {
    SCOPED_TRACE(line);
    FakePeer peer, other;
    const auto kept = other->create_data_channel("a");
    other->create_offer();
    other.settle();
    std::string offer = other.offer;
    const std::string ours = "a=max-message-size:262144\r\n";
    const auto at = offer.find(ours);
    ASSERT_NE(at, std::string::npos);
    offer.replace(at, ours.size(), line);
    ASSERT_EQ(peer->set_remote_description("offer", offer), Error::OK);
    EXPECT_EQ(peer->create_data_channel("b")->get_max_packet_size(), size);
    peer.settle();
    const auto remote = peer.wire().all<SetRemote>();
    ASSERT_EQ(remote.size(), 1u);
    EXPECT_EQ(remote[0].max_message_size, static_cast<std::size_t>(size));
  }
}

TEST(Channel, SendBufferLimit) {
  Configuration small;
  small.send_buffer_limit = 3 * (100 + kMessageOverhead);
  ChannelIn in(DataChannel::STATE_OPEN, small);
  const PackedByteArray packet(100);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(in.channel->put_packet(packet), Error::OK);
  EXPECT_EQ(in.channel->get_buffered_amount(), 300);
  EXPECT_EQ(in.channel->put_packet(""), Error::ERR_OUT_OF_MEMORY) << "an empty one costs too";
  EXPECT_EQ(in.channel->get_buffered_amount(), 300);
  EXPECT_EQ(in.channel->get_ready_state(), DataChannel::STATE_OPEN);
  const auto link = in.peer.wire().all<OpenChannel>()[0].link;
  link->buffered -= 100;
  link->buffered_cost -= 100 + kMessageOverhead;
  EXPECT_EQ(in.channel->put_packet(packet), Error::OK);
}

TEST(Channel, APacketThatNeverFitsSaysSo) {
  Configuration small;
  small.send_buffer_limit = 1000;
  ChannelIn in(DataChannel::STATE_OPEN, small);
  EXPECT_EQ(in.channel->put_packet(PackedByteArray(1000)), Error::ERR_OUT_OF_MEMORY);
  EXPECT_NE(in.channel->get_last_error_message().find("alone is above send_buffer_limit (1000"),
            std::string::npos)
      << in.channel->get_last_error_message();
  EXPECT_EQ(in.channel->put_packet(PackedByteArray(1000 - kMessageOverhead)), Error::OK);
  EXPECT_EQ(in.channel->put_packet(PackedByteArray(10)), Error::ERR_OUT_OF_MEMORY);
  EXPECT_NE(in.channel->get_last_error_message().find("try again"), std::string::npos);
}

TEST(Channel, LowWaterMark) {
  ChannelIn in(DataChannel::STATE_OPEN);
  EXPECT_EQ(in.channel->get_buffered_amount_low_threshold(), 0);
  in.channel->set_buffered_amount_low_threshold(-5);
  EXPECT_EQ(in.channel->get_buffered_amount_low_threshold(), 0);
  in.channel->set_buffered_amount_low_threshold(1000);
  EXPECT_EQ(in.channel->get_buffered_amount_low_threshold(), 1000);
  EXPECT_EQ(in.peer.wire().all<OpenChannel>()[0].link->low_threshold, 1000u);
  in.peer.wire().stage_buffered_amount_low(in.key);
  in.peer.wire().publish();
  EXPECT_EQ(in.low, 0);
  in.peer.settle();
  EXPECT_EQ(in.low, 1);
}

TEST(Channel, ReadingResumesOnceBelowHalf) {
  Configuration small;
  small.receive_buffer_limit = 10 * (10 + kMessageOverhead);
  ChannelIn in(DataChannel::STATE_OPEN, small);
  while (in.channel->get_available_packet_count() > 0) in.channel->get_packet();
  for (int i = 0; i < 10; ++i) in.peer.wire().stage_message(in.key, "0123456789");
  in.peer.wire().publish();
  in.peer.wire().link->reading_paused = true;
  in.peer.settle();
  for (int i = 0; i < 5; ++i) in.channel->get_packet();
  EXPECT_EQ(in.peer.wire().count<ResumeReading>(), 0u) << "half is not below half";
  in.channel->get_packet();
  EXPECT_EQ(in.peer.wire().count<ResumeReading>(), 1u);
  in.channel->get_packet();
  EXPECT_EQ(in.peer.wire().count<ResumeReading>(), 1u);
}

TEST(Channel, PauseThatComesLateIsNoticedByPoll) {
  ChannelIn in(DataChannel::STATE_OPEN);
  while (in.channel->get_available_packet_count() > 0) in.channel->get_packet();
  in.peer.wire().link->reading_paused = true;
  in.peer->poll();
  EXPECT_EQ(in.peer.wire().count<ResumeReading>(), 1u);
}

TEST(Channel, ManyPacketsKeepTheirOrder) {
  ChannelIn in(DataChannel::STATE_OPEN);
  in.channel->get_packet(), in.channel->get_packet();
  int sent = 0, received = 0;
  PackedByteArray packet;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 700; ++i) in.peer.wire().stage_message(in.key, std::to_string(sent++));
    in.peer.wire().publish();
    in.peer.settle();
    for (int i = 0; i < 600; ++i) {
      ASSERT_TRUE(in.channel->get_packet(packet));
      ASSERT_EQ(get_string_from_utf8(packet), std::to_string(received++));
    }
  }
  EXPECT_EQ(in.channel->get_available_packet_count(), sent - received);
  while (in.channel->get_packet(packet)) {
    ASSERT_EQ(get_string_from_utf8(packet), std::to_string(received++));
  }
  EXPECT_EQ(received, sent);
  EXPECT_EQ(in.peer.wire().link->inbox_cost, 0u);
}

TEST(Channel, SendsFromManyThreadsWhileTheConnectionCloses) {
  constexpr int kThreads = 3;
  ChannelIn in(DataChannel::STATE_OPEN);
  std::atomic<int> accepted{0}, refused{0}, running{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      ++running;
      for (;;) {
        const Error error = in.channel->put_packet("0123456789");
        static_cast<void>(in.channel->get_buffered_amount());
        if (error == Error::OK) {
          ++accepted;
        } else {
          ++refused;
          EXPECT_EQ(error, Error::ERR_UNCONFIGURED);
          return;
        }
      }
    });
  }
  while (running < kThreads || accepted < 100) std::this_thread::yield();
  in.peer->close();
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(refused, kThreads);
  EXPECT_EQ(in.channel->get_buffered_amount(), accepted * 10);
  EXPECT_EQ(in.peer.wires.back()->sent().size(), static_cast<std::size_t>(accepted));
  EXPECT_EQ(in.channel->get_last_error(), Error::ERR_UNCONFIGURED);
}

TEST(Channel, SendsFromManyThreadsNeverExceedTheLimit) {
  constexpr std::uint64_t kLimit = 100 * (10 + kMessageOverhead);
  Configuration small;
  small.send_buffer_limit = kLimit;
  ChannelIn in(DataChannel::STATE_OPEN, small);
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        if (in.channel->put_packet("0123456789") == Error::OK) ++accepted;
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  EXPECT_LE(accepted, 100);
  // A refusal near the limit may be due to another thread's attempt; alone, exactly the limit fits.
  while (in.channel->put_packet("0123456789") == Error::OK) ++accepted;
  EXPECT_EQ(accepted, 100);
  EXPECT_EQ(in.peer.wire().all<OpenChannel>()[0].link->buffered_cost,
            static_cast<std::uint64_t>(accepted) * (10 + kMessageOverhead));
}

}  // namespace
}  // namespace peerlane::test
