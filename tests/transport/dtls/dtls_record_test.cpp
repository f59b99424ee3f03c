// SPDX-License-Identifier: MIT
#include "transport/dtls/dtls_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace peerlane::test {
namespace {

constexpr auto kClient = DtlsPhase::CLIENT_HANDSHAKE;
constexpr auto kServer = DtlsPhase::SERVER_HANDSHAKE;
constexpr auto kConnected = DtlsPhase::CONNECTED;

PackedByteArray record(std::uint8_t type, std::uint16_t epoch, const PackedByteArray &fragment,
                       std::uint16_t version = 0xfefd) {
  PackedByteArray bytes(DtlsRecord::kHeaderSize + fragment.size());
  const auto put_u16 = [&bytes](std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
  };
  bytes[0] = type;
  put_u16(1, version);
  put_u16(3, epoch);
  put_u16(11, fragment.size());
  std::copy(fragment.begin(), fragment.end(), bytes.begin() + DtlsRecord::kHeaderSize);
  return bytes;
}

PackedByteArray message(std::uint8_t type, std::uint32_t total, std::uint32_t offset,
                        std::uint32_t claimed, std::size_t present) {
  PackedByteArray bytes{type};
  const auto add_u24 = [&bytes](std::uint32_t value) {
    for (int shift = 16; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  };
  add_u24(total);
  bytes.insert(bytes.end(), {0, 0});
  add_u24(offset);
  add_u24(claimed);
  bytes.insert(bytes.end(), present, 0xaa);
  return bytes;
}

bool passes(const PackedByteArray &bytes, DtlsPhase phase) {
  ByteView view(bytes);
  const auto taken = take_record(view);
  return taken && view.empty() && may_be_fed(*taken, phase, DtlsRecord::kGcmOverhead);
}

TEST(DtlsRecord, CutsADatagramIntoItsRecords) {
  PackedByteArray datagram = record(22, 0, PackedByteArray(20));
  const PackedByteArray second = record(23, 1, PackedByteArray(30));
  datagram.insert(datagram.end(), second.begin(), second.end());
  ByteView left(datagram);
  const auto a = take_record(left);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->type, 22);
  EXPECT_TRUE(a->is_plaintext());
  EXPECT_EQ(a->bytes.size(), 33U);
  const auto b = take_record(left);
  ASSERT_TRUE(b);
  EXPECT_EQ(b->type, 23);
  EXPECT_EQ(b->epoch, 1);
  EXPECT_EQ(b->fragment().size(), 30U);
  EXPECT_TRUE(left.empty());
}

TEST(DtlsRecord, TruncationAtAnyOffsetYieldsNoRecord) {
  const PackedByteArray whole = record(23, 1, PackedByteArray(40));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ByteView cut(whole.data(), size);
    EXPECT_FALSE(take_record(cut)) << size;
    EXPECT_EQ(cut.size(), size) << "nothing is consumed";
  }
}

TEST(DtlsRecord, OtherProtocolsAndVersionsAreNoRecords) {
  const struct {
    const char *what;
    PackedByteArray bytes;
  } cases[] = {
      {"STUN", record(1, 0, PackedByteArray(20))},
      {"below DTLS", record(19, 1, PackedByteArray(20))},
      {"above DTLS", record(64, 1, PackedByteArray(20))},
      {"RTP", record(128, 1, PackedByteArray(20))},
      {"TLS 1.2", record(22, 0, PackedByteArray(20), 0x0303)},
      {"DTLS 1.3 in the clear", record(22, 0, PackedByteArray(20), 0xfefc)},
      {"DTLS 1.0 encrypted", record(23, 1, PackedByteArray(20), 0xfeff)},
      {"empty", record(23, 1, {})},
      {"too long", record(23, 1, PackedByteArray(DtlsRecord::kMaxFragmentSize + 1))},
  };
  for (const auto &c : cases) {
    ByteView view(c.bytes);
    EXPECT_FALSE(take_record(view)) << c.what;
  }
  const PackedByteArray longest = record(23, 1, PackedByteArray(DtlsRecord::kMaxFragmentSize));
  ByteView view(longest);
  EXPECT_TRUE(take_record(view));
}

TEST(DtlsRecord, PlaintextIsFedOnlyWhereTheHandshakeExpectsIt) {
  const PackedByteArray fatal_alert{2, 40};
  const struct {
    const char *what;
    PackedByteArray bytes;
    bool to_client;
    bool to_server;
  } cases[] = {
      {"alert", record(21, 0, fatal_alert), false, false},
      {"data", record(23, 0, PackedByteArray(20)), false, false},
      {"heartbeat", record(24, 0, PackedByteArray(20)), false, false},
      {"change of cipher", record(20, 0, {1}), true, true},
      {"change of cipher with another value", record(20, 0, {2}), false, false},
      {"change of cipher that is longer", record(20, 0, {1, 1}), false, false},
      {"ClientHello", record(22, 0, message(1, 50, 0, 50, 50), 0xfeff), false, true},
      {"ServerHello", record(22, 0, message(2, 50, 0, 50, 50)), true, false},
      {"Certificate", record(22, 0, message(11, 500, 100, 50, 50)), true, true},
      {"ServerHelloDone", record(22, 0, message(14, 0, 0, 0, 0)), true, false},
      {"ClientKeyExchange", record(22, 0, message(16, 50, 0, 50, 50)), false, true},
      {"HelloRequest", record(22, 0, message(0, 0, 0, 0, 0)), false, false},
      {"Finished", record(22, 0, message(20, 12, 0, 12, 12)), false, false},
      {"unknown message", record(22, 0, message(99, 5, 0, 5, 5)), false, false},
      {"half a header", record(22, 0, PackedByteArray(11, 11)), false, false},
      {"fragment beyond its record", record(22, 0, message(11, 50, 0, 50, 49)), false, false},
      {"fragment beyond its message", record(22, 0, message(11, 50, 10, 41, 41)), false, false},
      {"empty fragment", record(22, 0, message(11, 50, 10, 0, 0)), false, false},
      {"huge message", record(22, 0, message(11, 0xffffff, 0, 10, 10)), false, false},
      {"bytes behind the message", record(22, 0, message(11, 50, 0, 50, 53)), false, false},
  };
  for (const auto &c : cases) {
    EXPECT_EQ(passes(c.bytes, kClient), c.to_client) << c.what;
    EXPECT_EQ(passes(c.bytes, kServer), c.to_server) << c.what;
    EXPECT_FALSE(passes(c.bytes, kConnected)) << c.what;
  }
}

TEST(DtlsRecord, SeveralMessagesInARecordAreCheckedOneByOne) {
  PackedByteArray good = message(2, 50, 0, 50, 50);
  const PackedByteArray done = message(14, 0, 0, 0, 0);
  good.insert(good.end(), done.begin(), done.end());
  EXPECT_TRUE(passes(record(22, 0, good), kClient));
  const PackedByteArray finished = message(20, 12, 0, 12, 12);
  good.insert(good.end(), finished.begin(), finished.end());
  EXPECT_FALSE(passes(record(22, 0, good), kClient));
}

TEST(DtlsRecord, EncryptedRecordsAreFedInEachPhase) {
  for (const DtlsPhase phase : {kClient, kServer, kConnected}) {
    EXPECT_TRUE(passes(record(21, 1, PackedByteArray(26)), phase));
    EXPECT_TRUE(passes(record(22, 1, PackedByteArray(48)), phase));
    EXPECT_TRUE(passes(record(23, 1, PackedByteArray(48)), phase));
    EXPECT_FALSE(passes(record(20, 1, PackedByteArray(26)), phase));
    EXPECT_FALSE(passes(record(24, 1, PackedByteArray(26)), phase));
  }
}

TEST(DtlsRecord, OnlyAFatalAlertInPlaintextIsOne) {
  const auto alert_in = [](const PackedByteArray &bytes) {
    ByteView view(bytes);
    return plaintext_fatal_alert(*take_record(view));
  };
  EXPECT_EQ(alert_in(record(21, 0, {2, 42})), 42);
  EXPECT_FALSE(alert_in(record(21, 0, {1, 42})));
  EXPECT_FALSE(alert_in(record(21, 0, {2, 42, 0})));
  EXPECT_FALSE(alert_in(record(21, 1, {2, 42})));
  EXPECT_FALSE(alert_in(record(22, 0, {2, 42})));
}

}  // namespace
}  // namespace peerlane::test
