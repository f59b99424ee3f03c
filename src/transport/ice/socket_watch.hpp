// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TRANSPORT_ICE_SOCKET_WATCH_HPP
#define PEERLANE_TRANSPORT_ICE_SOCKET_WATCH_HPP

#include <glib.h>

namespace peerlane {

class LoopContext;

/// A socket of our own, and the source by which its owner hears of it. Lives on the strand.
class SocketWatch {
 public:
  class Owner {
   public:
    /// May destroy the watch. Called again and again as long as there is something to hear.
    virtual void on_socket_ready(SocketWatch &watch) = 0;

   protected:
    ~Owner() = default;
  };

  /// Takes the descriptor over. Nothing is heard before want(), but the end of the connection.
  SocketWatch(LoopContext &context, int descriptor, Owner &owner);
  /// Closes it.
  ~SocketWatch();
  SocketWatch(const SocketWatch &) = delete;
  SocketWatch &operator=(const SocketWatch &) = delete;

  int descriptor() const { return descriptor_; }
  void want(bool reading, bool writing);
  /// What was wanted last.
  bool reading() const { return (wanted_ & G_IO_IN) != 0; }

  // In on_socket_ready(): what it is called for.
  bool readable() const { return (ready_ & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0; }
  bool writable() const { return (ready_ & (G_IO_OUT | G_IO_HUP | G_IO_ERR)) != 0; }
  /// Nothing more comes and nothing more goes.
  bool broken() const { return (ready_ & (G_IO_HUP | G_IO_ERR)) != 0; }

 private:
  struct Source;

  const int descriptor_;
  Owner &owner_;
  GSource *source_ = nullptr;
  gpointer tag_ = nullptr;
  unsigned wanted_ = 0;
  unsigned ready_ = 0;
};

}  // namespace peerlane

#endif  // PEERLANE_TRANSPORT_ICE_SOCKET_WATCH_HPP
