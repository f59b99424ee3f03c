// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_GOBJECT_PTR_HPP
#define PEERLANE_TRANSPORT_ICE_GOBJECT_PTR_HPP

#include <glib-object.h>

#include <utility>

namespace peerlane {

/// One reference to a GObject. Lives on the strand.
template <class T>
class GObjectPtr {
 public:
  GObjectPtr() = default;
  /// Takes over a reference that the caller owns.
  static GObjectPtr take(T *object) {
    GObjectPtr made;
    made.object_ = object;
    return made;
  }
  /// Adds a reference.
  static GObjectPtr share(T *object) {
    if (object != nullptr) g_object_ref(object);
    return take(object);
  }
  GObjectPtr(const GObjectPtr &other) : object_(other.object_) {
    if (object_ != nullptr) g_object_ref(object_);
  }
  GObjectPtr(GObjectPtr &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  GObjectPtr &operator=(GObjectPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~GObjectPtr() { reset(); }

  void reset() {
    if (T *object = std::exchange(object_, nullptr)) g_object_unref(object);
  }
  T *get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const GObjectPtr &other) const = default;

 private:
  T *object_ = nullptr;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_GOBJECT_PTR_HPP
