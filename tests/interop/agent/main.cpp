// SPDX-License-Identifier: MIT
// peerlane-interop-agent: the library behind JSON lines on stdin and stdout, for runners that join
// it with other peers.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "agent.hpp"

namespace {

using peerlane::interop::Agent;
using peerlane::interop::Json;

/// With the time of the event: on a busy machine the runner reads the line later.
void write_line(const Json &event) {
  Json line = event;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  line["time"] = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  // A peer may send text that is not UTF-8; the line must still be JSON.
  const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

/// Cuts stdin into lines and gives them to the agent; false at its end.
bool read_lines(std::string &unfinished, Agent &agent) {
  char buffer[65536];
  const ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (count == 0) return false;
  unfinished.append(buffer, static_cast<std::size_t>(count));
  std::size_t end = 0;
  while ((end = unfinished.find('\n')) != std::string::npos) {
    const std::string text = unfinished.substr(0, end);
    unfinished.erase(0, end + 1);
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      agent.handle(Json::parse(text));
    } catch (const Json::exception &error) {
      write_line({{"ev", "error"}, {"cmd", ""}, {"error", error.what()}});
    }
  }
  return true;
}

}  // namespace

int main() {
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) return 1;
  Agent agent(write_line, [wake] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake, &one, sizeof one);
  });
  std::string unfinished;
  pollfd descriptors[2] = {{STDIN_FILENO, POLLIN, 0}, {wake, POLLIN, 0}};
  while (!agent.quitting()) {
    if (::poll(descriptors, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return 1;
    }
    if (descriptors[1].revents != 0) {
      std::uint64_t taken = 0;
      [[maybe_unused]] const ssize_t count = read(wake, &taken, sizeof taken);
    }
    if (descriptors[0].revents != 0 && !read_lines(unfinished, agent)) break;
    agent.poll();
  }
  return 0;
}
