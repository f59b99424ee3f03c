// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_NEW_FILE_HPP
#define BROWSER_CHAT_NEW_FILE_HPP

#include <cstddef>
#include <filesystem>
#include <string>

// A file that did not exist before: it never overwrites another one, and is gone again unless
// keep() was called. What went wrong is returned as a text that names no folder, so that it can be
// told to the other end.
class NewFile {
 public:
  NewFile() = default;
  ~NewFile() { discard(); }
  NewFile(const NewFile &) = delete;
  NewFile &operator=(const NewFile &) = delete;

  // Makes the folder too. Where `name` is taken, the file is called "name (2)".
  std::string open(const std::filesystem::path &folder, const std::string &name);
  std::string write(const void *bytes, std::size_t size);
  // Closes it, and it stays.
  std::string keep();
  // Closes and removes it. No effect after keep().
  void discard();

  bool is_open() const { return descriptor_ >= 0; }
  // The one that it really has got.
  const std::string &name() const { return name_; }

 private:
  std::filesystem::path folder_;
  std::string name_;
  int descriptor_ = -1;
};

#endif  // BROWSER_CHAT_NEW_FILE_HPP
