// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "transport/dtls/dtls_pair.hpp"

namespace peerlane::test {
namespace {

using Strings = std::vector<std::string>;

PackedByteArray joined(const std::vector<PackedByteArray> &datagrams) {
  PackedByteArray all;
  for (const PackedByteArray &datagram : datagrams) {
    all.insert(all.end(), datagram.begin(), datagram.end());
  }
  return all;
}

/// Encrypts without delivering.
std::vector<PackedByteArray> capture(DtlsPair &pair, const Strings &texts) {
  std::vector<PackedByteArray> captured;
  pair.to_server.set_tap(
      [&](ByteView datagram) { captured.emplace_back(datagram.begin(), datagram.end()); });
  pair.to_server.set_script([](ByteView, std::size_t) { return LossyPipe::Fate::DROP; });
  const std::vector<ByteView> views(texts.begin(), texts.end());
  pair.client.send(views);
  pair.to_server.set_tap(nullptr);
  pair.to_server.set_script(nullptr);
  return captured;
}

/// Counts how often it is called.
class BatchCounter final : public DatagramSink {
 public:
  explicit BatchCounter(DatagramSink &below) : below_(below) {}
  void send(std::span<const ByteView> datagrams) override {
    batches.push_back(datagrams.size());
    if (const auto once = std::exchange(when_sending, nullptr)) once();
    below_.send(datagrams);
  }
  std::vector<std::size_t> batches;
  std::function<void()> when_sending;  // Once.

 private:
  DatagramSink &below_;
};

TEST(DtlsData, BatchGoesDownInOneCallWithOneRecordEach) {
  DtlsPair pair;
  BatchCounter counter(pair.to_server);
  DtlsRecorder above;
  DtlsTransport client(client_certificate(), DtlsRole::CLIENT,
                       {server_certificate()->fingerprint()}, kMtu, pair.strand.timers,
                       pair.strand.turns, counter, above);
  pair.net.wire(client, pair.server);
  pair.server.start();
  client.start();
  ASSERT_TRUE(pair.strand.drive_until([&] { return client.connected(); }));
  counter.batches.clear();
  const std::array<ByteView, 3> texts{ByteView("one"), ByteView("two"), ByteView("three")};
  client.send(texts);
  EXPECT_EQ(counter.batches, std::vector<std::size_t>{3});
  pair.strand.drive_for(20ms);
  EXPECT_EQ(pair.at_server.data, (Strings{"one", "two", "three"}));
}

// OpenSSL gives its buffers back at the end of a quiet turn, and whatever is first needs them
// again.
TEST(DtlsData, GoesOnAfterQuietTurnsAndBusyOnes) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  const ByteView text("text");
  std::size_t sent = 0;
  for (; sent < 200; ++sent) {  // Busy for long.
    pair.client.send(std::span(&text, 1));
    pair.server.send(std::span(&text, 1));
    pair.strand.drive_for(100us);
  }
  for (const std::size_t count : {1u, 1u, 20u, 1u, 7u, 8u, 1u}) {
    const std::vector<ByteView> texts(count, text);
    pair.client.send(texts);
    pair.strand.drive_for(20ms);
    pair.server.send(texts);
    pair.strand.drive_for(20ms);
    sent += count;
    EXPECT_EQ(pair.at_server.data.size(), sent);
    EXPECT_EQ(pair.at_client.data.size(), sent);
  }
  pair.client.close();
  pair.strand.drive_for(20ms);
  EXPECT_EQ(pair.at_server.closed, Error::OK);
}

TEST(DtlsData, RecordsUpToTheMtuPassAndLargerOrEmptyOnesAreRefused) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  std::vector<std::size_t> sizes;
  pair.to_server.set_tap([&](ByteView datagram) { sizes.push_back(datagram.size()); });
  const std::string largest(kMtu - DtlsTransport::kRecordOverhead, 'x');
  const std::string larger = largest + "x";
  const std::array<ByteView, 4> texts{ByteView(larger), ByteView(), ByteView(largest),
                                      ByteView("x")};
  pair.client.send(texts);
  pair.strand.drive_for(20ms);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{kMtu, 38}));
  EXPECT_EQ(pair.at_server.data, (Strings{largest, "x"}));
  EXPECT_EQ(pair.client.counters().plaintexts_refused, 2U);
}

TEST(DtlsData, MergedDatagramsAreSplit) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  Strings texts;
  for (int i = 0; i < 50; ++i)
    texts.emplace_back(std::size_t{1100}, static_cast<char>('a' + i % 26));
  pair.to_server.inject(joined(capture(pair, texts)));
  pair.strand.drive_for(1ms);
  EXPECT_EQ(pair.at_server.data, texts);
  EXPECT_EQ(pair.server.counters().records_dropped, 0U);
}

TEST(DtlsData, TruncatedDatagramSpoilsNoOther) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  const auto records = capture(pair, {"one", "two", "three"});
  PackedByteArray cut = joined({records[0], records[1]});
  cut.resize(cut.size() - 1);
  pair.to_server.inject(cut);
  pair.to_server.inject(records[2]);
  pair.strand.drive_for(1ms);
  EXPECT_EQ(pair.at_server.data, (Strings{"one", "three"}));
  EXPECT_EQ(pair.server.counters().records_dropped, 1U);
}

TEST(DtlsData, CorruptRecordSpoilsNoOtherInItsDatagram) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  auto records = capture(pair, {"one", "two", "three"});
  records[1][30] ^= 1;
  pair.to_server.inject(joined(records));
  pair.strand.drive_for(1ms);
  EXPECT_EQ(pair.at_server.data, (Strings{"one", "three"}));
  EXPECT_EQ(pair.server.counters().records_dropped, 1U);
  EXPECT_TRUE(pair.server.connected());
}

TEST(DtlsData, ReplayedRecordIsDeliveredOnce) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  const auto records = capture(pair, {"one", "two"});
  for (int i = 0; i < 3; ++i) {
    pair.to_server.inject(records[1]);
    pair.to_server.inject(records[0]);
  }
  pair.strand.drive_for(1ms);
  EXPECT_EQ(pair.at_server.data, (Strings{"two", "one"}));
  EXPECT_EQ(pair.server.counters().records_dropped, 4U);
}

TEST(DtlsData, DataThatOvertakesTheEndOfTheHandshakeHarmsNothing) {
  // The server's last flight comes after what it sends next.
  DtlsPair pair;
  pair.to_client.set_script([](ByteView, std::size_t number) {
    return number == 1 ? LossyPipe::Fate::HOLD_BACK : LossyPipe::Fate::PASS;
  });
  pair.at_server.when_connected = [&] {
    const ByteView early("early");
    pair.server.send({&early, 1});
  };
  ASSERT_TRUE(pair.connect());
  const ByteView late("late");
  pair.server.send({&late, 1});
  pair.strand.drive_for(20ms);
  ASSERT_FALSE(pair.at_client.data.empty());
  EXPECT_EQ(pair.at_client.data.back(), "late");
}

TEST(DtlsData, ListenerMaySendFromItsCallbacks) {
  DtlsPair pair;
  const ByteView hello("hello");
  const ByteView answer("answer");
  pair.at_client.when_connected = [&] { pair.client.send({&hello, 1}); };
  pair.at_server.when_data = [&] { pair.server.send({&answer, 1}); };
  ASSERT_TRUE(pair.connect());
  pair.strand.drive_for(40ms);
  EXPECT_EQ(pair.at_server.data, Strings{"hello"});
  EXPECT_EQ(pair.at_client.data, Strings{"answer"});
}

TEST(DtlsData, ServersFirstDataFollowsItsLastFlight) {
  DtlsPair pair;
  const ByteView hello("hello");
  pair.at_server.when_connected = [&] { pair.server.send({&hello, 1}); };
  ASSERT_TRUE(pair.connect());
  pair.strand.drive_for(1ms);
  EXPECT_EQ(pair.at_client.data, Strings{"hello"});
}

TEST(DtlsData, ListenerMayCloseWhenConnected) {
  DtlsPair pair;
  pair.at_client.when_connected = [&] { pair.client.close(); };
  pair.start();
  ASSERT_TRUE(pair.strand.drive(1min));
  EXPECT_EQ(pair.at_client.connected, 1);
  EXPECT_FALSE(pair.at_client.closed) << "it knows";
  EXPECT_EQ(pair.at_server.closed, Error::OK);
}

TEST(DtlsData, NothingGoesUpAfterTheListenerClosedInsideData) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  pair.at_server.when_data = [&] { pair.server.close(); };
  pair.to_server.inject(joined(capture(pair, {"one", "two", "three"})));
  ASSERT_TRUE(pair.strand.drive(1min));
  EXPECT_EQ(pair.at_server.data, Strings{"one"});
  EXPECT_FALSE(pair.at_server.closed);
  EXPECT_EQ(pair.at_client.closed, Error::OK);
}

TEST(DtlsData, LayerBelowMayCloseAndSendInsideSend) {
  DtlsPair pair;
  BatchCounter counter(pair.to_server);
  DtlsRecorder above;
  DtlsTransport client(client_certificate(), DtlsRole::CLIENT,
                       {server_certificate()->fingerprint()}, kMtu, pair.strand.timers,
                       pair.strand.turns, counter, above);
  pair.net.wire(client, pair.server);
  pair.server.start();
  client.start();
  ASSERT_TRUE(pair.strand.drive_until([&] { return client.connected(); }));
  const ByteView outer("outer");
  const ByteView inner("inner");
  counter.when_sending = [&] {
    client.send({&inner, 1});
    client.close();
  };
  client.send({&outer, 1});
  pair.strand.drive_for(20ms);
  // The nested call overtakes: inner, close_notify, then outer, which the server no longer wants.
  EXPECT_EQ(pair.at_server.data, Strings{"inner"});
  EXPECT_EQ(pair.at_server.closed, Error::OK);
}

TEST(DtlsClose, PeerHearsOfItOnceAndAnswers) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  pair.client.close();
  EXPECT_FALSE(pair.client.connected());
  pair.strand.drive_for(10ms);
  EXPECT_EQ(pair.at_server.closed, Error::OK);
  EXPECT_FALSE(pair.server.connected());
  ASSERT_TRUE(pair.strand.drive(1min)) << "a timer is left";
  EXPECT_FALSE(pair.at_client.closed);
}

TEST(DtlsClose, NothingPassesAfterIt) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  const auto records = capture(pair, {"one"});
  pair.server.close();
  pair.to_server.inject(records[0]);
  pair.strand.drive_for(1ms);
  EXPECT_TRUE(pair.at_server.data.empty());
  const std::uint64_t sent = pair.to_client.counters().sent;
  const ByteView text("late");
  pair.server.send({&text, 1});
  pair.server.close();
  pair.server.start();
  EXPECT_EQ(pair.to_client.counters().sent, sent);
}

TEST(DtlsClose, DuringTheHandshakeStopsItsTimers) {
  DtlsPair pair;
  pair.start();
  pair.strand.drive_for(15ms);
  pair.client.close();
  pair.server.close();
  EXPECT_TRUE(pair.strand.drive(1s)) << "a timer is left";
  EXPECT_EQ(pair.at_client.connected, 0);
  EXPECT_FALSE(pair.at_client.closed);
  EXPECT_FALSE(pair.at_server.closed);
}

TEST(DtlsClose, DestructionDuringTheHandshakeLeavesNoTimer) {
  VirtualStrand strand;
  LossyPipe nowhere(strand.timers, {.loss = 1});
  DtlsRecorder above;
  {
    DtlsTransport client(client_certificate(), DtlsRole::CLIENT, {wrong_fingerprint()}, kMtu,
                         strand.timers, strand.turns, nowhere, above);
    client.start();
    EXPECT_NE(strand.timers.next_deadline(), TimePoint::max());
  }
  EXPECT_EQ(strand.timers.next_deadline(), TimePoint::max());
}

}  // namespace
}  // namespace peerlane::test
