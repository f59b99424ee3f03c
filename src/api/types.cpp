// SPDX-License-Identifier: MIT
#include "peerlane/types.hpp"

namespace peerlane {

const char *error_name(Error error) noexcept {
  switch (error) {
    case Error::OK:
      return "OK";
    case Error::FAILED:
      return "FAILED";
    case Error::ERR_UNAVAILABLE:
      return "ERR_UNAVAILABLE";
    case Error::ERR_UNCONFIGURED:
      return "ERR_UNCONFIGURED";
    case Error::ERR_UNAUTHORIZED:
      return "ERR_UNAUTHORIZED";
    case Error::ERR_PARAMETER_RANGE_ERROR:
      return "ERR_PARAMETER_RANGE_ERROR";
    case Error::ERR_OUT_OF_MEMORY:
      return "ERR_OUT_OF_MEMORY";
    case Error::ERR_CANT_CREATE:
      return "ERR_CANT_CREATE";
    case Error::ERR_ALREADY_IN_USE:
      return "ERR_ALREADY_IN_USE";
    case Error::ERR_TIMEOUT:
      return "ERR_TIMEOUT";
    case Error::ERR_CANT_CONNECT:
      return "ERR_CANT_CONNECT";
    case Error::ERR_CANT_RESOLVE:
      return "ERR_CANT_RESOLVE";
    case Error::ERR_CONNECTION_ERROR:
      return "ERR_CONNECTION_ERROR";
    case Error::ERR_INVALID_DATA:
      return "ERR_INVALID_DATA";
    case Error::ERR_INVALID_PARAMETER:
      return "ERR_INVALID_PARAMETER";
    case Error::ERR_ALREADY_EXISTS:
      return "ERR_ALREADY_EXISTS";
    case Error::ERR_DOES_NOT_EXIST:
      return "ERR_DOES_NOT_EXIST";
    case Error::ERR_PARSE_ERROR:
      return "ERR_PARSE_ERROR";
    case Error::ERR_BUSY:
      return "ERR_BUSY";
    case Error::ERR_BUG:
      return "ERR_BUG";
  }
  return "UNKNOWN";
}

PackedByteArray to_utf8_buffer(std::string_view text) {
  return PackedByteArray(text.begin(), text.end());
}

std::string get_string_from_utf8(const PackedByteArray &bytes) {
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace peerlane
