// SPDX-License-Identifier: MIT
#include "transport/ice/turn_frame.hpp"

#include <algorithm>
#include <array>

#include "transport/ice/stun_header.hpp"

namespace peerlane {

namespace {

constexpr std::size_t kChannelHeader = 4;
// RFC 8656 section 18.1: the method Allocate is 3.
constexpr unsigned kAllocateRequest = 0x0003;
constexpr unsigned kAllocateSuccess = 0x0103;
constexpr unsigned kAllocateError = 0x0113;
constexpr unsigned kErrorCode = 0x0009;
constexpr std::uint8_t kBadRequest = 4;  // The hundreds of 400.

/// The hundreds of ERROR-CODE (RFC 8489 section 14.8); 0 where there is none.
unsigned error_class(ByteView message) {
  ByteView left = message.subview(kStunHeader);
  while (left.size() >= 4) {
    const std::size_t size = big_endian_16(left, 2);
    if (size > left.size() - 4) return 0;
    if (big_endian_16(left, 0) == kErrorCode && size >= 4) return left[6] & 7u;
    left = left.subview(4 + (size + 3) / 4 * 4);
  }
  return 0;
}

}  // namespace

TurnFrameSize measure_turn_frame(ByteView stream) {
  if (stream.size() < kChannelHeader) return {TurnFrameSize::INCOMPLETE};
  const std::size_t length = big_endian_16(stream, 2);
  std::size_t size = 0;
  if (stream[0] < 0x40) {
    const ByteView cookie = stream.subview(4, kStunCookie.size());
    if (length % 4 != 0 || !std::equal(cookie.begin(), cookie.end(), kStunCookie.begin()))
      return {TurnFrameSize::NO_TURN};
    size = kStunHeader + length;
  } else if (stream[0] < 0x50) {
    size = kChannelHeader + (length + 3) / 4 * 4;
  } else {
    return {TurnFrameSize::NO_TURN};
  }
  if (stream.size() < size) return {TurnFrameSize::INCOMPLETE};
  return {TurnFrameSize::COMPLETE, size};
}

TurnFrameKind kind_of_turn_frame(ByteView frame) {
  if (frame[0] >= 0x40) return TurnFrameKind::CHANNEL_DATA;
  switch (big_endian_16(frame, 0)) {
    case kAllocateRequest:
      return TurnFrameKind::ALLOCATE_REQUEST;
    case kAllocateSuccess:
      return TurnFrameKind::ALLOCATE_SUCCESS;
    case kAllocateError:
      return error_class(frame) == 3 ? TurnFrameKind::REDIRECT : TurnFrameKind::OTHER_STUN;
    default:
      return TurnFrameKind::OTHER_STUN;
  }
}

StunTransaction transaction_of_turn_frame(ByteView frame) {
  StunTransaction transaction{};
  std::copy_n(frame.begin() + 8, transaction.size(), transaction.begin());
  return transaction;
}

PackedByteArray write_allocate_refusal(const StunTransaction &transaction) {
  constexpr std::array<std::uint8_t, 8> kAttribute = {0, kErrorCode, 0, 4, 0, 0, kBadRequest, 0};
  PackedByteArray message(kStunHeader + kAttribute.size());
  message[0] = kAllocateError >> 8;
  message[1] = kAllocateError & 0xff;
  message[3] = kAttribute.size();
  auto at = std::copy(kStunCookie.begin(), kStunCookie.end(), message.begin() + 4);
  at = std::copy(transaction.begin(), transaction.end(), at);
  std::copy(kAttribute.begin(), kAttribute.end(), at);
  return message;
}

}  // namespace peerlane
