// SPDX-License-Identifier: MIT
#include "transport/sctp/sctp_outbox.hpp"

#include <cstring>

#include "transport/sctp/wire.hpp"

namespace peerlane {

namespace {

using namespace sctp_wire;

// Nobody flushes while a strand is stuck; what is dropped then, the stack sends again.
constexpr std::size_t kMaxWaiting = 8u << 20;
constexpr std::size_t kPlainSack = kCommonHeader + 16;

/// A packet that is one SACK chunk without gap blocks and duplicates (RFC 9260 section 3.3.4).
bool is_plain_sack(const std::uint8_t *packet, std::size_t size) {
  return size == kPlainSack && packet[kCommonHeader] == SACK &&
         read32(packet + kCommonHeader + 12) == 0;
}

bool is_sack(const std::uint8_t *packet, std::size_t size) {
  return size >= kPlainSack && packet[kCommonHeader] == SACK;
}

}  // namespace

SctpOutbox::SctpOutbox(Owner &owner, SctpTicker &ticker, std::function<void()> wake)
    : ticker_(ticker), owner_(&owner), wake_(std::move(wake)) {}

void SctpOutbox::append(const std::uint8_t *packet, std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (packets_.bytes.size() + size > kMaxWaiting) return;
  if (coalesce_sacks_ && replaces_waiting_sack(packet, size)) return;
  packets_.bytes.insert(packets_.bytes.end(), packet, packet + size);
  packets_.lengths.push_back(static_cast<std::uint32_t>(size));
}

bool SctpOutbox::replaces_waiting_sack(const std::uint8_t *packet, std::size_t size) {
  if (!is_plain_sack(packet, size)) {
    // One with gap blocks must not be overtaken by a newer one, or the peer ignores it.
    if (is_sack(packet, size)) waiting_sack_ = SIZE_MAX;
    return false;
  }
  if (waiting_sack_ == SIZE_MAX) {
    waiting_sack_ = packets_.bytes.size();
    return false;
  }
  std::memcpy(packets_.bytes.data() + waiting_sack_, packet, size);
  return true;
}

void SctpOutbox::lend(Packets &buffer) {
  const std::lock_guard lock(mutex_);
  if (packets_.bytes.capacity() != 0) return;
  buffer.bytes.clear();
  buffer.lengths.clear();
  std::swap(packets_, buffer);
}

void SctpOutbox::take(Packets &packets) {
  packets = {};
  const std::lock_guard lock(mutex_);
  std::swap(packets_, packets);
  waiting_sack_ = SIZE_MAX;
}

bool SctpOutbox::empty() const {
  const std::lock_guard lock(mutex_);
  return packets_.lengths.empty();
}

std::size_t SctpOutbox::size() const {
  const std::lock_guard lock(mutex_);
  return packets_.bytes.size();
}

void SctpOutbox::set_coalesce_sacks(bool coalesce) {
  const std::lock_guard lock(mutex_);
  coalesce_sacks_ = coalesce;
}

void SctpOutbox::notify(const SctpTicker &ticker) {
  std::function<void()> wake;
  Owner *owner = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (owner_ == nullptr) return;
    if (&ticker == &ticker_) {
      owner = owner_;
    } else {
      wake = wake_;
    }
  }
  if (owner != nullptr) owner->on_stack_activity();
  if (wake) wake();
}

void SctpOutbox::detach() {
  const std::lock_guard lock(mutex_);
  owner_ = nullptr;
  wake_ = nullptr;
}

}  // namespace peerlane
