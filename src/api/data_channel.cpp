// SPDX-License-Identifier: MIT
#include "peerlane/data_channel.hpp"

#include <utility>

#include "api/data_channel_backend.hpp"

namespace peerlane {

// Each method's call of the backend is its last statement: a slot that runs inside may destroy this
// handle.

DataChannel::DataChannel(std::shared_ptr<internal::DataChannelBackend> backend)
    : backend_(std::move(backend)) {
  backend_->set_handle(this);
}

DataChannel::~DataChannel() {
  backend_->set_handle(nullptr);
  backend_->close();
}

Error DataChannel::put_packet(ByteView packet) { return backend_->put_packet(packet); }
Error DataChannel::put_packet(PackedByteArray &&packet) {
  return backend_->put_packet(std::move(packet));
}

PackedByteArray DataChannel::get_packet() {
  PackedByteArray packet;
  backend_->get_packet(packet);
  return packet;
}

bool DataChannel::get_packet(PackedByteArray &packet) { return backend_->get_packet(packet); }
Error DataChannel::get_packet_error() const { return backend_->get_packet_error(); }
int DataChannel::get_available_packet_count() const {
  return backend_->get_available_packet_count();
}
int DataChannel::get_max_packet_size() const { return backend_->get_max_packet_size(); }
bool DataChannel::was_string_packet() const { return backend_->was_string_packet(); }

void DataChannel::set_write_mode(WriteMode mode) { backend_->set_write_mode(mode); }
DataChannel::WriteMode DataChannel::get_write_mode() const { return backend_->get_write_mode(); }

// Godot: reserved.
Error DataChannel::poll() { return Error::OK; }
void DataChannel::close() { backend_->close(); }

DataChannel::ChannelState DataChannel::get_ready_state() const {
  return backend_->get_ready_state();
}
std::string DataChannel::get_label() const { return backend_->get_label(); }
std::string DataChannel::get_protocol() const { return backend_->get_protocol(); }
bool DataChannel::is_ordered() const { return backend_->is_ordered(); }
bool DataChannel::is_negotiated() const { return backend_->is_negotiated(); }
int DataChannel::get_id() const { return backend_->get_id(); }
int DataChannel::get_max_packet_life_time() const { return backend_->get_max_packet_life_time(); }
int DataChannel::get_max_retransmits() const { return backend_->get_max_retransmits(); }
int DataChannel::get_buffered_amount() const { return backend_->get_buffered_amount(); }

void DataChannel::set_buffered_amount_low_threshold(int threshold) {
  backend_->set_buffered_amount_low_threshold(threshold);
}
int DataChannel::get_buffered_amount_low_threshold() const {
  return backend_->get_buffered_amount_low_threshold();
}

Error DataChannel::get_last_error() const { return backend_->get_last_error(); }
std::string DataChannel::get_last_error_message() const {
  return backend_->get_last_error_message();
}

}  // namespace peerlane
