// SPDX-License-Identifier: MIT
#include "transport/ice/turn_messages.hpp"

namespace peerlane::test {

namespace {

std::string big_endian_16(std::size_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

}  // namespace

std::string turn_message(int type, const std::vector<TurnAttribute> &attributes,
                         const StunTransaction &transaction) {
  std::string body;
  for (const auto &[kind, value] : attributes) {
    body += big_endian_16(static_cast<std::size_t>(kind)) + big_endian_16(value.size()) + value;
    body.append((4 - value.size() % 4) % 4, '\0');
  }
  return big_endian_16(static_cast<std::size_t>(type)) + big_endian_16(body.size()) +
         "\x21\x12\xa4\x42" + std::string(transaction.begin(), transaction.end()) + body;
}

std::string turn_error(int code, std::vector<TurnAttribute> attributes,
                       const StunTransaction &transaction) {
  const std::string value = {0, 0, static_cast<char>(code / 100), static_cast<char>(code % 100)};
  attributes.insert(attributes.begin(), {0x0009, value});
  return turn_message(0x0113, attributes, transaction);
}

}  // namespace peerlane::test
