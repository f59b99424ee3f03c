// SPDX-License-Identifier: MIT
#include "transport/dtls/datagram_bio.hpp"

#include <openssl/bio.h>

#include <cstring>

namespace peerlane {

const BIO_METHOD *DatagramBio::method() {
  // Never freed: an SSL may live as long as the process.
  static const BIO_METHOD *const shared = [] {
    BIO_METHOD *created =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "peerlane datagrams");
    if (created == nullptr) return created;
    BIO_meth_set_write(created, on_write);
    BIO_meth_set_read(created, on_read);
    BIO_meth_set_ctrl(created, on_control);
    return created;
  }();
  return shared;
}

bool DatagramBio::attach_to(SSL &ssl) {
  if (method() == nullptr) return false;
  BIO *bio = BIO_new(method());
  if (bio == nullptr) return false;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(&ssl, bio, bio);
  return true;
}

// OpenSSL writes a datagram at a time: a flight's records as far as the MTU goes, or one record of
// data.
int DatagramBio::on_write(BIO *bio, const char *data, int size) {
  const auto *self = static_cast<DatagramBio *>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self->output_ != nullptr && size > 0) {
    self->output_->append(ByteView(data, static_cast<std::size_t>(size)));
  }
  return size;
}

int DatagramBio::on_read(BIO *bio, char *data, int size) {
  auto *self = static_cast<DatagramBio *>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ByteView input = self->input_;
  if (input.empty() || size <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // As a socket does, the rest of a datagram that does not fit is lost.
  const ByteView fitting = input.subview(0, static_cast<std::size_t>(size));
  std::memcpy(data, fitting.data(), fitting.size());
  self->input_ = {};
  return static_cast<int>(fitting.size());
}

long DatagramBio::on_control(BIO *bio, int command, long, void *) {
  const auto *self = static_cast<DatagramBio *>(BIO_get_data(bio));
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
      return 1;
    // OpenSSL falls back to fragments of 256 bytes where these are 0.
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return static_cast<long>(self->mtu_);
    // The MTU that we tell is the UDP payload already.
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return 0;
    case BIO_CTRL_PENDING:
      return static_cast<long>(self->input_.size());
    default:
      return 0;
  }
}

}  // namespace peerlane
