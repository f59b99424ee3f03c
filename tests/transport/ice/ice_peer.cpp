// SPDX-License-Identifier: MIT
#include "transport/ice/ice_peer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <utility>

#include "core/random.hpp"
#include "io/loop_context.hpp"

namespace peerlane::test {

namespace {

void run_on(Strand &strand, const std::function<void()> &task) {
  std::promise<void> done;
  strand.post([&task, &done] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace

IcePeer::IcePeer(std::shared_ptr<Strand> strand, Options options)
    : strand_(std::move(strand)), options_(std::move(options)) {
  if (options_.local_ufrag.empty()) options_.local_ufrag = random_ice_chars(8);
  if (options_.local_pwd.empty()) options_.local_pwd = random_ice_chars(24);
  run_on(*strand_, [this] {
    auto made =
        IceTransport::create(options_, LoopContext::create(strand_->poller(), strand_->timers()),
                             strand_->timers(), *this);
    creation_error_ = made.error();
    if (made) transport_ = std::move(made.value());
  });
}

IcePeer::~IcePeer() { close(); }

void IcePeer::run(const std::function<void(IceTransport &)> &task) {
  run_on(*strand_, [this, &task] { task(*transport_); });
}

Status IcePeer::gather() {
  Status status;
  run([&status](IceTransport &ice) { status = ice.gather(); });
  return status;
}

void IcePeer::send(const std::vector<std::string> &datagrams) {
  run([&datagrams](IceTransport &ice) {
    const std::vector<ByteView> views(datagrams.begin(), datagrams.end());
    ice.send(views);
  });
}

void IcePeer::close() {
  if (!transport_) return;
  std::promise<void> done;
  strand_->post([this, &done] {
    transport_->close([this, &done] {
      transport_.reset();
      done.set_value();
    });
  });
  done.get_future().wait();
}

bool IcePeer::wait_for(const Condition &condition, std::chrono::milliseconds limit) {
  std::unique_lock<std::mutex> lock(lock_);
  return changed_.wait_for(lock, limit, [this, &condition] { return condition(*this); });
}

bool IcePeer::wait_until_connected() {
  return wait_for([](const IcePeer &peer) {
    return !peer.heard_.states.empty() &&
           peer.heard_.states.back() == IceTransport::State::CONNECTED;
  });
}

IcePeer::Heard IcePeer::heard() {
  const std::lock_guard<std::mutex> lock(lock_);
  return heard_;
}

void IcePeer::trickle_to(IcePeer &other) {
  other.run([this](IceTransport &ice) {
    ice.set_remote_credentials(options_.local_ufrag, options_.local_pwd);
  });
  run([this, &other](IceTransport &) {
    trickle_target_ = &other;
    for (const Candidate &candidate : heard().candidates) {
      strand_->post([&other, candidate] {
        if (other.transport_) other.transport_->add_remote_candidate(candidate);
      });
    }
  });
}

void IcePeer::connect(IcePeer &a, IcePeer &b) {
  a.trickle_to(b);
  b.trickle_to(a);
  a.gather();
  b.gather();
}

void IcePeer::on_ice_candidate(const Candidate &candidate) {
  note([&candidate](Heard &heard) { heard.candidates.push_back(candidate); });
  if (IcePeer *target = trickle_target_) {
    target->strand_->post([target, candidate] {
      if (target->transport_) target->transport_->add_remote_candidate(candidate);
    });
  }
}

void IcePeer::on_ice_gathering_done() {
  note([](Heard &heard) { ++heard.gathering_done; });
}

void IcePeer::on_ice_state(IceTransport::State state) {
  note([state](Heard &heard) {
    heard.states.push_back(state);
    if (state == IceTransport::State::CONNECTED)
      heard.connected_at = std::chrono::steady_clock::now();
  });
}

void IcePeer::on_ice_data(ByteView data) {
  note([data](Heard &heard) {
    heard.data.append(reinterpret_cast<const char *>(data.data()), data.size());
    ++heard.data_calls;
  });
}

void IcePeer::on_ice_error(Error error, const std::string &message) {
  note([error, &message](Heard &heard) { heard.errors.emplace_back(error, message); });
}

void IcePeer::note(const std::function<void(Heard &)> &change) {
  const std::lock_guard<std::mutex> lock(lock_);
  change(heard_);
  changed_.notify_all();
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

void expect_data_both_ways(IcePeer &a, IcePeer &b) {
  std::vector<std::string> datagrams;
  std::string all;
  for (int i = 0; i < 20; ++i) {
    datagrams.push_back(record(1000, static_cast<char>('a' + i)));
    all += datagrams.back();
  }
  a.send(datagrams);
  EXPECT_TRUE(
      b.wait_for([&](const IcePeer &peer) { return peer.heard_.data.size() >= all.size(); }));
  EXPECT_EQ(b.heard().data, all);
  b.send({"back"});
  EXPECT_TRUE(a.wait_for([](const IcePeer &peer) { return peer.heard_.data == "back"; }));
}

std::string record(std::size_t size, char mark) {
  std::string bytes(size, mark);
  const std::size_t length = size - 13;
  bytes[0] = 23;
  bytes[1] = static_cast<char>(0xfe);
  bytes[2] = static_cast<char>(0xfd);
  bytes[11] = static_cast<char>(length >> 8);
  bytes[12] = static_cast<char>(length & 0xff);
  return bytes;
}

}  // namespace peerlane::test
