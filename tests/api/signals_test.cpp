// SPDX-License-Identifier: MIT
// The order of signals, and what slots may do.
#include <gtest/gtest.h>

#include <stdexcept>

#include "api/fake_peer.hpp"

namespace peerlane::test {
namespace {

using State = TransportStateChanged::State;

class Signals : public ::testing::Test {
 protected:
  Signals() {
    channel = peer->create_data_channel("lane");
    negotiate(peer, other);
    key = peer.wire().opened().at(0);
    channel->opened.connect([this] { events.push_back("opened"); });
    channel->closed.connect([this] { events.push_back("closed"); });
    channel->packet_received.connect([this] {
      events.push_back("packets " + std::to_string(channel->get_available_packet_count()));
    });
    peer->connection_state_changed.connect(
        [this](CS state) { events.push_back("connection " + std::to_string(state)); });
  }
  void open() {
    peer.wire().transport(State::CONNECTED);
    peer.wire().open_channels();
    peer.settle();
    events.clear();
  }

  FakePeer peer, other;
  std::shared_ptr<DataChannel> channel;
  ChannelKey key = 0;
  std::vector<std::string> events;
};

using Events = std::vector<std::string>;

TEST_F(Signals, NothingHappensOutsidePoll) {
  peer.wire().transport(State::CONNECTED);
  peer.wire().open_channels();
  peer.wire().message(key, "x");
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_CONNECTING);
  EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_CONNECTING);
  EXPECT_EQ(channel->get_available_packet_count(), 0);
  peer.settle();
  EXPECT_EQ(events, (Events{"connection 2", "opened", "packets 1"}));
}

TEST_F(Signals, PacketReceivedComesOncePerPollInWhichPacketsArrived) {
  open();
  for (int i = 0; i < 5; ++i) peer.wire().message(key, "x");
  peer->poll();
  EXPECT_EQ(events, Events{"packets 5"}) << "all of them can be read";
  peer->poll();
  EXPECT_EQ(events.size(), 1u) << "not again for packets left unread";
  peer.wire().message(key, "x");
  peer->poll();
  EXPECT_EQ(events, (Events{"packets 5", "packets 6"}));
}

TEST_F(Signals, PacketsComeBeforeClosedInOnePoll) {
  open();
  peer.wire().message(key, "last words");
  peer.wire().emit(ChannelClosing{key});
  peer.wire().emit(ChannelClosed{key});
  peer->poll();
  EXPECT_EQ(events, (Events{"packets 1", "closed"}));
  EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_CLOSED);
  EXPECT_EQ(get_string_from_utf8(channel->get_packet()), "last words");
}

TEST_F(Signals, PeersCloseShowsClosing) {
  open();
  peer.wire().emit(ChannelClosing{key});
  peer->poll();
  EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_CLOSING);
  EXPECT_TRUE(events.empty());
}

TEST_F(Signals, PeersGoodbyeClosesTheChannelsFirst) {
  open();
  peer.wire().message(key, "x");
  CS seen = PeerConnection::STATE_NEW;
  channel->closed.connect([&] { seen = peer->get_connection_state(); });
  peer.wire().transport(State::CLOSED_BY_PEER);
  peer.settle();
  EXPECT_EQ(events, (Events{"packets 1", "closed", "connection 5"}));
  EXPECT_EQ(seen, PeerConnection::STATE_CONNECTED);
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_CLOSED);
  EXPECT_EQ(peer->create_offer(), Error::ERR_UNCONFIGURED);
  EXPECT_EQ(peer->create_data_channel("b"), nullptr);
  EXPECT_EQ(peer->initialize(), Error::OK);
}

TEST_F(Signals, IncomingChannelIsOpenInItsSlotAndOpensOnce) {
  open();
  peer->data_channel_received.connect([this](const std::shared_ptr<DataChannel> &incoming) {
    EXPECT_EQ(incoming->get_ready_state(), DataChannel::STATE_OPEN);
    EXPECT_EQ(incoming->get_id(), 5);
    EXPECT_EQ(incoming->put_packet("at once"), Error::OK);
    EXPECT_EQ(incoming->get_available_packet_count(), 0);
    events.push_back("received");
    incoming->opened.connect([this] { events.push_back("incoming opened"); });
    incoming->packet_received.connect([this] { events.push_back("incoming packets"); });
  });
  const auto link = peer.wire().arrive("theirs", 5);
  peer.wire().message(link->key, "x");
  peer.settle();
  EXPECT_EQ(events, (Events{"received", "incoming opened", "incoming packets"}));
  ASSERT_EQ(peer.wire().sent().size(), 1u);
  EXPECT_EQ(peer.wire().sent()[0].channel, link->key);
  EXPECT_EQ(peer.channels.at(0)->get_available_packet_count(), 1);
}

TEST_F(Signals, IncomingChannelThatNobodyKeepsIsClosed) {
  FakePeer careless, second;
  const auto kept = careless->create_data_channel("a");
  negotiate(careless, second);
  careless->data_channel_received.disconnect_all();
  int opened = 0;
  careless->data_channel_received.connect([&](const std::shared_ptr<DataChannel> &incoming) {
    incoming->opened.connect([&] { ++opened; });
  });
  const auto link = careless.wire().arrive("theirs", 5);
  careless.settle();
  EXPECT_EQ(opened, 1);
  ASSERT_EQ(careless.wire().count<CloseChannel>(), 1u);
  EXPECT_EQ(careless.wire().all<CloseChannel>()[0].channel, link->key);
}

TEST_F(Signals, RefusedIdClosesThatChannelOnly) {
  peer.wire().emit(ErrorOccurred{Error::ERR_UNAVAILABLE, "The peer has no stream 60000."});
  peer.wire().emit(ChannelClosed{key});
  peer.settle();
  EXPECT_EQ(peer.heard_of("error"), Events{"error ERR_UNAVAILABLE"});
  EXPECT_EQ(events, Events{"closed"});
  EXPECT_EQ(peer->get_connection_state(), PeerConnection::STATE_CONNECTING);
}

TEST_F(Signals, NestedPollIsBusyAndDoesNothing) {
  open();
  Error nested = Error::OK;
  peer->connection_state_changed.connect([&] {
    nested = peer->poll();
    EXPECT_EQ(peer->get_last_error(), Error::ERR_BUSY);
    EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_OPEN);
  });
  peer.wire().transport(State::DISCONNECTED);
  peer.wire().emit(ChannelClosed{key});
  EXPECT_EQ(peer->poll(), Error::OK);
  EXPECT_EQ(nested, Error::ERR_BUSY);
  EXPECT_EQ(events, (Events{"connection 3", "closed"}));
}

TEST_F(Signals, CloseInASlotStopsTheRest) {
  open();
  peer->connection_state_changed.connect([&] { peer->close(); });
  peer.wire().transport(State::DISCONNECTED);
  peer.wire().message(key, "x");
  peer.wire().emit(ChannelClosed{key});
  peer.settle();
  EXPECT_EQ(events, Events{"connection 3"});
  EXPECT_EQ(channel->get_available_packet_count(), 0);
  EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_CLOSED);
}

TEST_F(Signals, InitializeInASlotStopsTheRest) {
  open();
  std::shared_ptr<DataChannel> fresh;
  peer->connection_state_changed.connect([&] {
    ASSERT_EQ(peer->initialize(), Error::OK);
    fresh = peer->create_data_channel("fresh");
    EXPECT_EQ(peer->create_offer(), Error::OK);
  });
  peer.wire().transport(State::DISCONNECTED);
  peer.wire().emit(ChannelClosed{key});
  peer.heard.clear();
  peer.settle();
  EXPECT_EQ(events, Events{"connection 3"});
  EXPECT_EQ(peer.heard_of("offer").size(), 1u) << "what the slot began goes on";
  EXPECT_EQ(peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER);
  EXPECT_EQ(fresh->get_ready_state(), DataChannel::STATE_CONNECTING);
  EXPECT_EQ(peer.wires.size(), 2u);
  EXPECT_TRUE(peer.wires[0]->destroyed);
}

TEST_F(Signals, LastHandleMayBeDroppedInASlot) {
  open();
  peer->connection_state_changed.connect([&] { peer.connection.reset(); });
  peer.wire().transport(State::DISCONNECTED);
  peer.wire().emit(ChannelClosed{key});
  const auto *raw = peer.connection.get();
  EXPECT_EQ(const_cast<PeerConnection *>(raw)->poll(), Error::OK);
  EXPECT_EQ(events, Events{"connection 3"});
  EXPECT_TRUE(peer.wire().destroyed);
  EXPECT_EQ(channel->get_ready_state(), DataChannel::STATE_CLOSED);
}

TEST_F(Signals, ChannelHandleMayBeDroppedInItsOwnSlots) {
  for (const char *where : {"opened", "packet_received", "closed", "buffered_amount_low"}) {
    SCOPED_TRACE(where);
    FakePeer one, two;
    auto lane = one->create_data_channel("lane");
    negotiate(one, two);
    const ChannelKey lane_key = one.wire().opened().at(0);
    int after = 0;
    const std::string name = where;
    auto &signal = name == "opened"            ? lane->opened
                   : name == "packet_received" ? lane->packet_received
                   : name == "closed"          ? lane->closed
                                               : lane->buffered_amount_low;
    signal.connect([&] { lane.reset(); });
    signal.connect([&] { ++after; });
    one.wire().open_channels();
    one.wire().message(lane_key, "x");
    one.wire().stage_buffered_amount_low(lane_key);
    one.wire().emit(ChannelClosed{lane_key});
    one.settle();
    EXPECT_FALSE(lane);
    EXPECT_EQ(after, 0) << "the signal is gone with its channel";
    EXPECT_EQ(one.wire().link->inbox_cost, 0u);
  }
}

TEST_F(Signals, SlotsMayCauseTheWholeNegotiation) {
  // Slots connected in either order: the tutorial's two examples.
  for (const bool local_first : {true, false}) {
    FakePeer one, two;
    one.apply = two.apply = false;
    for (const auto &[from, to] : {std::pair(&one, &two), std::pair(&two, &one)}) {
      auto &signal = from->connection->session_description_created;
      if (local_first) signal.connect(from->connection, &PeerConnection::set_local_description);
      signal.connect(to->connection, &PeerConnection::set_remote_description);
      if (!local_first) signal.connect(from->connection, &PeerConnection::set_local_description);
    }
    const auto lane = one->create_data_channel("lane");
    ASSERT_EQ(one->create_offer(), Error::OK);
    one->poll(), two->poll(), one->poll();
    EXPECT_EQ(one->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
    EXPECT_EQ(two->get_connection_state(), PeerConnection::STATE_CONNECTING);
  }
}

TEST_F(Signals, EndlessSlotsLeaveSomethingForTheNextPoll) {
  FakePeer eager;
  eager.apply = false;
  const auto lane = eager->create_data_channel("a");
  int offers = 0;
  eager->session_description_created.connect([&] {
    ++offers;
    eager->create_offer();
  });
  eager->create_offer();
  EXPECT_EQ(eager->poll(), Error::OK);
  EXPECT_GT(offers, 1) << "what slots cause at once is delivered";
  EXPECT_LT(offers, 5000);
  EXPECT_TRUE(eager->wait(std::chrono::milliseconds::zero()));
  const int before = offers;
  EXPECT_EQ(eager->poll(), Error::OK);
  EXPECT_GT(offers, before);
}

TEST_F(Signals, PollDeliversEverythingThatHadArrived) {
  open();
  for (int i = 0; i < 5000; ++i) peer.wire().stage_buffered_amount_low(key);
  int low = 0;
  channel->buffered_amount_low.connect([&] { ++low; });
  peer.wire().publish();
  peer->poll();
  EXPECT_EQ(low, 5000);
}

TEST_F(Signals, SlotThatThrowsCostsNoOtherEvent) {
  open();
  bool thrown = false;
  const auto throw_once = [&] {
    if (!std::exchange(thrown, true)) throw std::runtime_error("slot");
  };
  peer->connection_state_changed.connect(throw_once);
  peer.wire().transport(State::DISCONNECTED);
  peer.wire().message(key, "x");
  EXPECT_THROW(peer->poll(), std::runtime_error);
  EXPECT_TRUE(peer->wait(std::chrono::milliseconds::zero()));
  peer->create_offer();                     // Behind what is left,
  peer.wire().transport(State::CONNECTED);  // and before this.
  peer.heard.clear();
  peer.settle();
  EXPECT_EQ(events, (Events{"connection 3", "connection 2", "packets 1"}));
  ASSERT_GE(peer.heard.size(), 2u);
  EXPECT_EQ(peer.heard[0], "offer");
}

TEST_F(Signals, ThrowInDataChannelReceivedKeepsOpened) {
  open();
  int opened = 0;
  peer->data_channel_received.connect([&](const std::shared_ptr<DataChannel> &incoming) {
    incoming->opened.connect([&] { ++opened; });
    throw std::runtime_error("slot");
  });
  peer.wire().arrive("theirs", 5);
  EXPECT_THROW(peer->poll(), std::runtime_error);
  EXPECT_EQ(opened, 0);
  peer.settle();
  EXPECT_EQ(opened, 1);
}

TEST_F(Signals, PollClearsTheErrorAndSlotsSetIt) {
  EXPECT_EQ(peer->set_local_description("nonsense", ""), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(peer->poll(), Error::OK);
  EXPECT_EQ(peer->get_last_error(), Error::OK);
  EXPECT_EQ(peer->get_last_error_message(), "");
}

TEST_F(Signals, BusyPollingHelpsTheNetwork) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  // Two polls in a row are less than 200 microseconds apart, unless the machine is busy.
  while (peer.wire().helped == 0 && std::chrono::steady_clock::now() < deadline) peer->poll();
  EXPECT_GT(peer.wire().helped, 0);
}

TEST(Stats, AreAssembledFromBothSides) {
  FakePeer peer, other;
  EXPECT_EQ(peer->get_stats().connection_state, "new");
  DataChannelOptions options;
  options.negotiated = true;
  options.id = 3;
  auto lane = peer->create_data_channel("lane", options);
  const auto second = peer->create_data_channel("second");
  negotiate(peer, other);
  const auto link = peer.wire().all<OpenChannel>().at(0).link;
  peer.wire().open_channels();
  peer.settle();
  link->messages_sent = 5;
  link->bytes_received = 17;
  link->buffered = 9;
  PeerConnectionStats stats = peer->get_stats();
  EXPECT_EQ(stats.connection_state, "connecting");
  EXPECT_EQ(stats.gathering_state, "gathering");
  EXPECT_EQ(stats.signaling_state, "stable");
  EXPECT_EQ(stats.bytes_sent, 4711u);
  EXPECT_EQ(stats.dropped["from_the_network"], 3u);
  ASSERT_EQ(stats.data_channels.size(), 2u);
  EXPECT_EQ(stats.data_channels[0].label, "lane");
  EXPECT_EQ(stats.data_channels[0].id, 3);
  EXPECT_EQ(stats.data_channels[0].state, "open");
  EXPECT_EQ(stats.data_channels[0].bytes_received, 17u);
  EXPECT_EQ(stats.data_channels[0].buffered_amount, 9u);
  EXPECT_EQ(stats.messages_sent, 5u);

  peer.wire().emit(ChannelClosed{link->key});
  peer.settle();
  stats = peer->get_stats();
  EXPECT_EQ(stats.data_channels.size(), 1u);
  EXPECT_EQ(stats.messages_sent, 5u) << "closed channels count in the sum";
  peer->close();
  EXPECT_EQ(peer->get_stats().connection_state, "closed");
  EXPECT_EQ(peer->get_stats().signaling_state, "closed");
}

}  // namespace
}  // namespace peerlane::test
