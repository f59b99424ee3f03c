// SPDX-License-Identifier: MIT
#include "new_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace {

std::string reason() { return std::strerror(errno); }

// "photo.jpg" → "photo (2).jpg"
std::string numbered(const std::string &name, int number) {
  const std::filesystem::path path(name);
  return path.stem().string() + " (" + std::to_string(number) + ")" + path.extension().string();
}

}  // namespace

std::string NewFile::open(const std::filesystem::path &folder, const std::string &name) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return "no folder for it: " + error.message();
  folder_ = folder;
  constexpr int kTries = 1000;
  for (int number = 1; number <= kTries; ++number) {
    name_ = number == 1 ? name : numbered(name, number);
    // O_EXCL: refuses what is there, a symbolic link that leads elsewhere included.
    descriptor_ = ::open((folder_ / name_).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor_ >= 0) return {};
    if (errno != EEXIST) return "it cannot be stored: " + reason();
  }
  return "there are too many files of that name";
}

std::string NewFile::write(const void *bytes, std::size_t size) {
  const char *at = static_cast<const char *>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return "it cannot be stored: " + reason();
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return {};
}

std::string NewFile::keep() {
  // Some file systems find out here that there is no space left.
  if (::close(std::exchange(descriptor_, -1)) == 0) return {};
  const std::string problem = "it cannot be stored: " + reason();
  ::unlink((folder_ / name_).c_str());
  return problem;
}

void NewFile::discard() {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  ::unlink((folder_ / name_).c_str());
}
