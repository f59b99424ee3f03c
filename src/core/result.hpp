// SPDX-License-Identifier: MIT
#ifndef PEERLANE_CORE_RESULT_HPP
#define PEERLANE_CORE_RESULT_HPP

#include <optional>
#include <string>
#include <utility>

#include "peerlane/types.hpp"

namespace peerlane {

/// Why a call was refused: Godot's number, and one English sentence that says what was wrong and
/// what would be right. Pure value.
struct Failure {
  Error error = Error::FAILED;
  std::string message;
};

/// A value, or the reason why there is none. Pure value.
template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Failure failure) : failure_(std::move(failure)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  /// Only where ok().
  T &value() & { return *value_; }
  const T &value() const & { return *value_; }
  T &&value() && { return std::move(*value_); }
  T *operator->() { return &*value_; }
  const T *operator->() const { return &*value_; }

  Error error() const { return ok() ? Error::OK : failure_.error; }
  const std::string &message() const { return failure_.message; }
  const Failure &failure() const { return failure_; }

 private:
  std::optional<T> value_;
  Failure failure_{Error::OK, {}};
};

/// Success, or a reason. Pure value.
class Status {
 public:
  Status() = default;
  Status(Failure failure) : failure_(std::move(failure)) {}
  bool ok() const { return failure_.error == Error::OK; }
  explicit operator bool() const { return ok(); }
  Error error() const { return failure_.error; }
  const std::string &message() const { return failure_.message; }
  const Failure &failure() const { return failure_; }

 private:
  Failure failure_{Error::OK, {}};
};

}  // namespace peerlane

#endif  // PEERLANE_CORE_RESULT_HPP
