// SPDX-License-Identifier: MIT
// Every method of PeerConnection in every connection state and in every signaling state.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>

#include "api/fake_peer.hpp"

namespace peerlane::test {
namespace {

using State = TransportStateChanged::State;

// A peer in that state, with one channel before, which has applied an offer of its own where it
// needs a transport.
class PeerIn {
 public:
  explicit PeerIn(CS state) {
    channel = peer->create_data_channel("first");
    if (state == PeerConnection::STATE_NEW) return;
    if (state == PeerConnection::STATE_CLOSED) {
      peer->close();
      return;
    }
    other_channel = other->create_data_channel("first");
    negotiate(peer, other);
    const std::map<CS, State> transport{{PeerConnection::STATE_CONNECTED, State::CONNECTED},
                                        {PeerConnection::STATE_DISCONNECTED, State::DISCONNECTED},
                                        {PeerConnection::STATE_FAILED, State::FAILED}};
    if (transport.count(state) != 0) peer.wire().transport(transport.at(state));
    peer.settle();
    EXPECT_EQ(peer->get_connection_state(), state);
  }

  FakePeer peer, other;
  std::shared_ptr<DataChannel> channel, other_channel;
};

struct Combination {
  const char *method;
  std::function<Error(PeerConnection &)> call;
  // NEW, CONNECTING, CONNECTED, DISCONNECTED, FAILED, CLOSED.
  Error expected[6];
};

constexpr Error kOk = Error::OK;
constexpr Error kFailed = Error::FAILED;
constexpr Error kClosed = Error::ERR_UNCONFIGURED;
constexpr Error kParameter = Error::ERR_INVALID_PARAMETER;

Error channel_error(PeerConnection &peer, const DataChannelOptions &options) {
  const auto channel = peer.create_data_channel("another", options);
  EXPECT_EQ(channel == nullptr, peer.get_last_error() != Error::OK);
  return peer.get_last_error();
}

std::vector<Combination> connection_rows() {
  DataChannelOptions with_id;
  with_id.negotiated = true;
  with_id.id = 7;
  return {
      {"create_data_channel",
       [](PeerConnection &p) { return channel_error(p, {}); },
       {kOk, kOk, kOk, kOk, kOk, kClosed}},
      {"create_data_channel negotiated",
       [with_id](PeerConnection &p) { return channel_error(p, with_id); },
       {kOk, kOk, kOk, kOk, kOk, kClosed}},
      {"create_offer",
       [](PeerConnection &p) { return p.create_offer(); },
       {kOk, kOk, kOk, kOk, kOk, kClosed}},
      {"create_offer twice",
       [](PeerConnection &p) {
         p.create_offer();
         return p.create_offer();
       },
       {kOk, kOk, kOk, kOk, kOk, kClosed}},
      {"set_local_description of nothing created",
       [](PeerConnection &p) { return p.set_local_description("answer", ""); },
       {kFailed, kFailed, kFailed, kFailed, kFailed, kClosed}},
      {"set_local_description of an unknown type",
       [](PeerConnection &p) { return p.set_local_description("offr", ""); },
       {kParameter, kParameter, kParameter, kParameter, kParameter, kClosed}},
      {"set_local_description rollback in STABLE",
       [](PeerConnection &p) { return p.set_local_description("rollback", ""); },
       {kFailed, kFailed, kFailed, kFailed, kFailed, kClosed}},
      {"set_remote_description answer in STABLE",
       [](PeerConnection &p) { return p.set_remote_description("answer", "v=0\r\n"); },
       {kFailed, kFailed, kFailed, kFailed, kFailed, kClosed}},
      {"set_remote_description unparsable offer",
       [](PeerConnection &p) { return p.set_remote_description("offer", "nonsense"); },
       {Error::ERR_PARSE_ERROR, Error::ERR_PARSE_ERROR, Error::ERR_PARSE_ERROR,
        Error::ERR_PARSE_ERROR, Error::ERR_PARSE_ERROR, kClosed}},
      {"add_ice_candidate",
       [](PeerConnection &p) { return p.add_ice_candidate("0", 0, candidate_line(5000)); },
       {kOk, kOk, kOk, kOk, kOk, kClosed}},
      {"add_ice_candidate end",
       [](PeerConnection &p) { return p.add_ice_candidate("", 0, ""); },
       {kOk, kOk, kOk, kOk, kOk, kClosed}},
      {"add_ice_candidate unparsable",
       [](PeerConnection &p) { return p.add_ice_candidate("0", 0, "candidate:nonsense"); },
       {kParameter, kParameter, kParameter, kParameter, kParameter, kClosed}},
      {"restart_ice",
       [](PeerConnection &p) { return p.restart_ice(); },
       {kOk, kOk, kOk, kOk, kOk, kClosed}},
      {"poll", [](PeerConnection &p) { return p.poll(); }, {kOk, kOk, kOk, kOk, kOk, kOk}},
      {"initialize",
       [](PeerConnection &p) { return p.initialize(); },
       {kOk, kOk, kOk, kOk, kOk, kOk}},
  };
}

TEST(ConnectionMatrix, EveryMethodInEveryConnectionState) {
  for (const Combination &row : connection_rows()) {
    for (int state = PeerConnection::STATE_NEW; state <= PeerConnection::STATE_CLOSED; ++state) {
      SCOPED_TRACE(std::string(row.method) + " in state " + std::to_string(state));
      PeerIn in(static_cast<CS>(state));
      const Error error = row.call(*in.peer.connection);
      EXPECT_STREQ(error_name(error), error_name(row.expected[state]));
      EXPECT_EQ(in.peer->get_last_error(), error);
      EXPECT_EQ(in.peer->get_last_error_message().empty(), error == Error::OK);
    }
  }
}

TEST(ConnectionMatrix, CloseLeadsToClosedFromEveryState) {
  for (int state = PeerConnection::STATE_NEW; state <= PeerConnection::STATE_CLOSED; ++state) {
    SCOPED_TRACE(state);
    PeerIn in(static_cast<CS>(state));
    const auto heard = in.peer.heard;
    in.peer->close();
    EXPECT_EQ(in.peer->get_connection_state(), PeerConnection::STATE_CLOSED);
    EXPECT_EQ(in.peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_CLOSED);
    EXPECT_EQ(in.channel->get_ready_state(), DataChannel::STATE_CLOSED);
    EXPECT_TRUE(!in.peer.has_wire() || in.peer.wire().destroyed);
    EXPECT_EQ(in.peer->poll(), Error::OK);
    EXPECT_EQ(in.peer.heard, heard);
    in.peer->close();
  }
}

TEST(ConnectionMatrix, InitializeStartsAnewFromEveryState) {
  for (int state = PeerConnection::STATE_NEW; state <= PeerConnection::STATE_CLOSED; ++state) {
    SCOPED_TRACE(state);
    PeerIn in(static_cast<CS>(state));
    in.peer.heard.clear();
    ASSERT_EQ(in.peer->initialize(), Error::OK);
    EXPECT_EQ(in.peer->get_connection_state(), PeerConnection::STATE_NEW);
    EXPECT_EQ(in.peer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
    EXPECT_EQ(in.peer->get_gathering_state(), PeerConnection::GATHERING_STATE_NEW);
    EXPECT_EQ(in.channel->get_ready_state(), DataChannel::STATE_CLOSED);
    EXPECT_EQ(in.peer->get_local_description(), "");
    in.peer.settle();
    EXPECT_TRUE(in.peer.heard.empty());
    EXPECT_EQ(in.peer->create_offer(), Error::ERR_UNCONFIGURED) << "the old channel does not count";
  }
}

TEST(ConnectionMatrix, RefusedConfigurationChangesNothing) {
  PeerIn in(PeerConnection::STATE_CONNECTED);
  Configuration bad;
  bad.mtu = 1;
  EXPECT_EQ(in.peer->initialize(bad), Error::ERR_INVALID_PARAMETER);
  EXPECT_EQ(in.peer->get_connection_state(), PeerConnection::STATE_CONNECTED);
  EXPECT_NE(in.channel->get_ready_state(), DataChannel::STATE_CLOSED);
  EXPECT_FALSE(in.peer.wire().destroyed);
}

// What leads into each signaling state, and what each state answers.
enum Input {
  kLocalOffer,
  kLocalAnswer,
  kLocalPranswer,
  kLocalRollback,
  kRemoteOffer,
  kRemoteAnswer,
  kRemotePranswer,
  kRemoteRollback,
  kCreateOffer
};

class SignalingPeer {
 public:
  explicit SignalingPeer(SS state) {
    peer.apply = other.apply = false;
    channel = peer->create_data_channel("a");
    other_channel = other->create_data_channel("b");
    // An offer and an answer of the other end for what is asked of this one.
    EXPECT_EQ(other->create_offer(), Error::OK);
    other.settle();
    other_offer = other.offer;
    enter(state);
    EXPECT_EQ(peer->get_signaling_state(), state);
  }

  Error give(Input input) {
    switch (input) {
      case kLocalOffer:
        if (peer.offer.empty() && peer->create_offer() == Error::OK) peer.settle();
        return peer->set_local_description("offer", "");
      case kLocalAnswer:
        return peer->set_local_description("answer", "");
      case kLocalPranswer:
        return peer->set_local_description("pranswer", "");
      case kLocalRollback:
        return peer->set_local_description("rollback", "");
      case kRemoteOffer:
        return peer->set_remote_description("offer", other_offer);
      case kRemoteAnswer:
        return peer->set_remote_description("answer", answer());
      case kRemotePranswer:
        return peer->set_remote_description("pranswer", answer());
      case kRemoteRollback:
        return peer->set_remote_description("rollback", "");
      case kCreateOffer:
        return peer->create_offer();
    }
    return Error::ERR_BUG;
  }

  FakePeer peer, other;

 private:
  void enter(SS state) {
    switch (state) {
      case PeerConnection::SIGNALING_STATE_STABLE:
        break;
      case PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER:
        give(kLocalOffer);
        break;
      case PeerConnection::SIGNALING_STATE_HAVE_REMOTE_OFFER:
        give(kRemoteOffer);
        break;
      case PeerConnection::SIGNALING_STATE_HAVE_LOCAL_PRANSWER:
        give(kRemoteOffer);
        give(kLocalPranswer);
        break;
      case PeerConnection::SIGNALING_STATE_HAVE_REMOTE_PRANSWER:
        give(kLocalOffer);
        give(kRemotePranswer);
        break;
      case PeerConnection::SIGNALING_STATE_CLOSED:
        peer->close();
        break;
    }
    peer.settle();
  }

  // The other end's answer to this end's offer, or to none.
  const std::string &answer() {
    if (other.answer.empty()) {
      FakePeer scratch;
      scratch.apply = false;
      const auto kept = scratch->create_data_channel("c");
      std::string offer = peer.offer;
      if (offer.empty()) {
        EXPECT_EQ(scratch->create_offer(), Error::OK);
        scratch.settle();
        offer = scratch.offer;
      }
      EXPECT_EQ(other->set_remote_description("offer", offer), Error::OK);
      other.settle();
    }
    return other.answer;
  }

  std::shared_ptr<DataChannel> channel, other_channel;
  std::string other_offer;
};

TEST(ConnectionMatrix, EveryDescriptionInEverySignalingState) {
  struct Step {
    Error error;
    std::optional<SS> next;  // Nothing: the same.
  };
  constexpr SS S = PeerConnection::SIGNALING_STATE_STABLE;
  constexpr SS LO = PeerConnection::SIGNALING_STATE_HAVE_LOCAL_OFFER;
  constexpr SS RO = PeerConnection::SIGNALING_STATE_HAVE_REMOTE_OFFER;
  constexpr SS LP = PeerConnection::SIGNALING_STATE_HAVE_LOCAL_PRANSWER;
  constexpr SS RP = PeerConnection::SIGNALING_STATE_HAVE_REMOTE_PRANSWER;
  const Step ok{kOk, {}}, no{kFailed, {}}, shut{kClosed, {}};
  // Rows: STABLE, HAVE_LOCAL_OFFER, HAVE_REMOTE_OFFER, HAVE_LOCAL_PRANSWER, HAVE_REMOTE_PRANSWER,
  // CLOSED. Columns: Input.
  const Step table[6][9] = {
      {{kOk, LO}, no, no, no, {kOk, RO}, no, no, no, ok},
      {ok, no, no, {kOk, S}, {kOk, RO}, {kOk, S}, {kOk, RP}, no, ok},
      {no, {kOk, S}, {kOk, LP}, no, ok, no, no, {kOk, S}, no},
      {no, {kOk, S}, ok, no, ok, no, no, no, no},
      {ok, no, no, no, no, {kOk, S}, ok, no, no},
      {shut, shut, shut, shut, shut, shut, shut, shut, shut},
  };
  for (int state = 0; state < 6; ++state) {
    for (int input = 0; input < 9; ++input) {
      SCOPED_TRACE("state " + std::to_string(state) + ", input " + std::to_string(input));
      SignalingPeer peer(static_cast<SS>(state));
      const Step &step = table[state][input];
      EXPECT_STREQ(error_name(peer.give(static_cast<Input>(input))), error_name(step.error));
      EXPECT_EQ(peer.peer->get_signaling_state(), step.next.value_or(static_cast<SS>(state)));
    }
  }
}

TEST(ConnectionMatrix, OfferNeedsAChannelOnce) {
  FakePeer peer;
  EXPECT_EQ(peer->create_offer(), Error::ERR_UNCONFIGURED);
  EXPECT_FALSE(peer.has_wire()) << "nothing is taken before it is needed";
  auto channel = peer->create_data_channel("a");
  EXPECT_FALSE(peer.has_wire());
  channel.reset();
  EXPECT_EQ(peer->create_offer(), Error::OK);
}

TEST(ConnectionMatrix, NetworkThatCannotBeMadeIsTold) {
  FakePeer peer;
  const auto channel = peer->create_data_channel("a");
  peer.network_fails = true;
  EXPECT_EQ(peer->create_offer(), Error::ERR_CANT_CREATE);
  EXPECT_EQ(peer->get_last_error_message(), "No network today.");
  peer.network_fails = false;
  EXPECT_EQ(peer->create_offer(), Error::OK);
}

TEST(ConnectionMatrix, CreateWithBadConfigurationIsNull) {
  std::vector<std::string> lines;
  set_log_handler(LogLevel::WARNING,
                  [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  Configuration bad;
  bad.bind_address = "localhost";
  EXPECT_EQ(PeerConnection::create(bad), nullptr);
  set_log_handler(LogLevel::WARNING, nullptr);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("localhost"), std::string::npos) << lines[0];
}

}  // namespace
}  // namespace peerlane::test
