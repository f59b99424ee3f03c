// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_SCTP_CRC32C_HPP
#define PEERLANE_TRANSPORT_SCTP_CRC32C_HPP

#include <cstddef>
#include <cstdint>

namespace peerlane {

/// CRC32c as SCTP uses it (RFC 9260 appendix A). With the processor's instruction where there is
/// one: the checksum costs more than anything else that SCTP does to a packet. Any thread.
std::uint32_t crc32c(const std::uint8_t *data, std::size_t size);

/// The same from tables, on any processor.
std::uint32_t crc32c_portable(const std::uint8_t *data, std::size_t size);

/// False where crc32c() is crc32c_portable().
bool crc32c_is_accelerated();

/// For tests: takes the tables even where the processor could do better.
void force_portable_crc32c(bool forced);

/// Writes the checksum of a whole SCTP packet into its common header.
void fill_in_checksum(std::uint8_t *packet, std::size_t size);

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_SCTP_CRC32C_HPP
