// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_TRANSPORT_ICE_ICE_PEER_HPP
#define PEERLANE_TESTS_TRANSPORT_ICE_ICE_PEER_HPP

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/strand.hpp"
#include "transport/ice/ice_transport.hpp"

namespace peerlane::test {

/// An IceTransport on a strand, for a test that runs on another thread: it notes what its listener
/// hears and lets the test wait for it. Any thread.
class IcePeer final : private IceTransport::Listener {
 public:
  using Options = IceTransport::Options;
  using Condition = std::function<bool(const IcePeer &)>;

  /// What was heard; read it in a condition, or after run().
  struct Heard {
    std::vector<Candidate> candidates;
    std::vector<IceTransport::State> states;
    std::vector<std::pair<Error, std::string>> errors;
    std::string data;
    int gathering_done = 0;
    int data_calls = 0;
    std::chrono::steady_clock::time_point connected_at;
  };

  explicit IcePeer(std::shared_ptr<Strand> strand, Options options = {});
  /// Closes it.
  ~IcePeer();

  /// Credentials are made up where the options have none.
  const Options &options() const { return options_; }
  Error creation_error() const { return creation_error_; }

  /// Runs the task on the strand and waits for it.
  void run(const std::function<void(IceTransport &)> &task);
  Status gather();
  void send(const std::vector<std::string> &datagrams);
  void close();
  bool closed() const { return transport_ == nullptr; }

  /// False where it does not become true in time. The condition runs under the lock of the notes.
  bool wait_for(const Condition &condition,
                std::chrono::milliseconds limit = std::chrono::seconds(30));
  bool wait_until_connected();
  Heard heard();
  Heard heard_;  // In conditions.

  /// Hands every candidate, present and future, to `other`, as signalling would; with the
  /// credentials first.
  void trickle_to(IcePeer &other);
  /// Both ways, and gathers.
  static void connect(IcePeer &a, IcePeer &b);

 private:
  void on_ice_candidate(const Candidate &candidate) override;
  void on_ice_gathering_done() override;
  void on_ice_state(IceTransport::State state) override;
  void on_ice_data(ByteView data) override;
  void on_ice_error(Error error, const std::string &message) override;
  void note(const std::function<void(Heard &)> &change);

  const std::shared_ptr<Strand> strand_;
  Options options_;
  Error creation_error_ = Error::OK;
  std::unique_ptr<IceTransport> transport_;
  IcePeer *trickle_target_ = nullptr;  // On the strand.
  std::mutex lock_;
  std::condition_variable changed_;
};

/// Descriptors that this process has open.
std::size_t open_descriptors();

/// Twenty records from `a` to `b`, which hears nothing else, and one answer.
void expect_data_both_ways(IcePeer &a, IcePeer &b);

/// A datagram that looks like a DTLS record of `size` bytes, 13 at least, filled with `mark`.
std::string record(std::size_t size, char mark);

}  // namespace peerlane::test

#endif  // PEERLANE_TESTS_TRANSPORT_ICE_ICE_PEER_HPP
