// SPDX-License-Identifier: MIT
#include "lifetime/process_usage.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace peerlane::test {

namespace {

int entries_of(const char *folder) {
  std::error_code ignored;
  int count = 0;
  for (std::filesystem::directory_iterator each(folder, ignored), end; each != end; ++each) ++count;
  return count;
}

}  // namespace

ProcessUsage usage() {
  ProcessUsage now;
  now.descriptors = entries_of("/proc/self/fd");
  now.threads = entries_of("/proc/self/task");
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> now.resident_kib;
  }
  return now;
}

ProcessUsage settled_usage(int alive) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (usage().threads >= alive && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return usage();
}

}  // namespace peerlane::test
