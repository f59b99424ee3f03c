// SPDX-License-Identifier: MIT
#include "transport/dtls/record_buffer.hpp"

#include <utility>

namespace peerlane {

namespace {

constexpr std::size_t kKeptBuffers = 4;
constexpr std::size_t kKeptBytes = 512 * 1024;

/// More than one is in use only where the layer below calls back from inside its send().
std::vector<std::unique_ptr<RecordBuffer>> &kept_buffers() {
  thread_local std::vector<std::unique_ptr<RecordBuffer>> buffers;
  return buffers;
}

}  // namespace

std::unique_ptr<RecordBuffer> RecordBuffer::lease() {
  auto &kept = kept_buffers();
  if (kept.empty()) return std::make_unique<RecordBuffer>();
  std::unique_ptr<RecordBuffer> buffer = std::move(kept.back());
  kept.pop_back();
  return buffer;
}

void RecordBuffer::give_back(std::unique_ptr<RecordBuffer> buffer) {
  auto &kept = kept_buffers();
  if (kept.size() >= kKeptBuffers || buffer->bytes_.capacity() > kKeptBytes) return;
  buffer->clear();
  kept.push_back(std::move(buffer));
}

std::span<const ByteView> RecordBuffer::views() {
  views_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    views_.emplace_back(bytes_.data() + begin, end - begin);
    begin = end;
  }
  return views_;
}

}  // namespace peerlane
