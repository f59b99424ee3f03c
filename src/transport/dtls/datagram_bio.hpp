// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_DTLS_DATAGRAM_BIO_HPP
#define PEERLANE_TRANSPORT_DTLS_DATAGRAM_BIO_HPP

#include <openssl/ssl.h>

#include <cstddef>

#include "transport/dtls/record_buffer.hpp"

namespace peerlane {

/// OpenSSL's view of the path: reads the one record that is lent to it, writes behind the records
/// that are waiting to go down. Lives on the strand.
///
/// A memory BIO would glue datagrams together, so that one truncated record spoils those behind it.
class DatagramBio {
 public:
  /// `mtu`: the largest UDP payload.
  explicit DatagramBio(std::size_t mtu) : mtu_(mtu) {}
  DatagramBio(const DatagramBio &) = delete;
  DatagramBio &operator=(const DatagramBio &) = delete;

  /// Makes this the path of an SSL, which may not outlive it.
  bool attach_to(SSL &ssl);

  /// Lent until it is read, or replaced.
  void set_input(ByteView record) { input_ = record; }
  /// None: what is written is lost.
  void set_output(RecordBuffer *output) { output_ = output; }
  RecordBuffer *output() const { return output_; }

 private:
  static const BIO_METHOD *method();
  static int on_write(BIO *bio, const char *data, int size);
  static int on_read(BIO *bio, char *data, int size);
  static long on_control(BIO *bio, int command, long number, void *pointer);

  const std::size_t mtu_;
  ByteView input_;
  RecordBuffer *output_ = nullptr;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_DTLS_DATAGRAM_BIO_HPP
