// SPDX-License-Identifier: MIT
#include "api/fake_peer.hpp"

#include <gtest/gtest.h>

namespace peerlane::test {

FakePeer::FakePeer(const Configuration &configuration) {
  const auto core = std::make_shared<internal::PeerConnectionCore>(
      [this]() -> Result<std::unique_ptr<NetworkConnection>> {
        if (network_fails) return Failure{Error::ERR_CANT_CREATE, "No network today."};
        wires.push_back(std::make_shared<FakeWire>());
        return std::unique_ptr<NetworkConnection>(std::make_unique<FakeNetwork>(wires.back()));
      });
  EXPECT_EQ(core->initialize(configuration), Error::OK) << core->get_last_error_message();
  connection = internal::PeerConnectionAccess::make_handle(core);
  connection->session_description_created.connect(
      [this](const std::string &type, const std::string &sdp) {
        heard.push_back(type);
        (type == "offer" ? offer : answer) = sdp;
        if (!apply) return;
        EXPECT_EQ(connection->set_local_description(type, sdp), Error::OK);
      });
  connection->ice_candidate_created.connect(
      [this](const std::string &media, int index, const std::string &name) {
        heard.push_back("candidate " + media + " " + std::to_string(index));
        candidates.push_back(name);
      });
  connection->data_channel_received.connect([this](const std::shared_ptr<DataChannel> &channel) {
    heard.push_back("channel " + channel->get_label());
    channels.push_back(channel);
  });
  connection->connection_state_changed.connect(
      [this](CS state) { heard.push_back("connection " + std::to_string(state)); });
  connection->gathering_state_changed.connect(
      [this](GS state) { heard.push_back("gathering " + std::to_string(state)); });
  connection->signaling_state_changed.connect(
      [this](SS state) { heard.push_back("signaling " + std::to_string(state)); });
  connection->error_occurred.connect(
      [this](Error error) { heard.push_back(std::string("error ") + error_name(error)); });
}

void FakePeer::settle() {
  do {
    ASSERT_EQ(connection->poll(), Error::OK);
  } while (connection->wait(std::chrono::milliseconds::zero()));
}

std::vector<std::string> FakePeer::heard_of(const std::string &prefix) const {
  std::vector<std::string> found;
  for (const std::string &each : heard) {
    if (each.compare(0, prefix.size(), prefix) == 0) found.push_back(each);
  }
  return found;
}

void negotiate(FakePeer &offerer, FakePeer &answerer) {
  ASSERT_EQ(offerer->create_offer(), Error::OK) << offerer->get_last_error_message();
  offerer.settle();
  ASSERT_EQ(answerer->set_remote_description("offer", offerer.offer), Error::OK)
      << answerer->get_last_error_message();
  answerer.settle();
  ASSERT_EQ(offerer->set_remote_description("answer", answerer.answer), Error::OK)
      << offerer->get_last_error_message();
  offerer.settle();
  ASSERT_EQ(offerer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
  ASSERT_EQ(answerer->get_signaling_state(), PeerConnection::SIGNALING_STATE_STABLE);
}

std::string candidate_line(int port, const std::string &ufrag) {
  std::string line = "candidate:1 1 udp 2130706431 192.0.2.9 " + std::to_string(port) + " typ host";
  if (!ufrag.empty()) line += " ufrag " + ufrag;
  return line;
}

DataSection data_of(const std::string &sdp) {
  const auto parsed = parse_session_description(sdp);
  EXPECT_TRUE(parsed.ok()) << parsed.message();
  return parsed.ok() ? parsed->data : DataSection();
}

}  // namespace peerlane::test
