// SPDX-License-Identifier: MIT
#include "new_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace {

namespace fs = std::filesystem;

class BrowserChatNewFile : public testing::Test {
 protected:
  BrowserChatNewFile() {
    std::string name = (fs::temp_directory_path() / "peerlane-new-file-XXXXXX").string();
    scratch_ = mkdtemp(name.data());
  }
  ~BrowserChatNewFile() override { fs::remove_all(scratch_); }

  std::string stored(const std::string &name) const {
    std::ifstream file(scratch_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const auto &entry : fs::directory_iterator(scratch_)) {
      result.insert(entry.path().filename().string());
    }
    return result;
  }
  // One that stays, with these bytes; its name.
  std::string make(const std::string &name, const std::string &bytes) const {
    NewFile file;
    EXPECT_EQ(file.open(scratch_, name), "");
    EXPECT_EQ(file.write(bytes.data(), bytes.size()), "");
    EXPECT_EQ(file.keep(), "");
    return file.name();
  }

  fs::path scratch_;
};

TEST_F(BrowserChatNewFile, NeverOverwrites) {
  EXPECT_EQ(make("a.txt", "first"), "a.txt");
  EXPECT_EQ(make("a.txt", "second"), "a (2).txt");
  EXPECT_EQ(make("a.txt", "third"), "a (3).txt");
  EXPECT_EQ(make("b", "fourth"), "b");
  EXPECT_EQ(make("b", "fifth"), "b (2)");
  EXPECT_EQ(stored("a.txt"), "first");
  EXPECT_EQ(stored("a (2).txt"), "second");
  EXPECT_EQ(stored("b (2)"), "fifth");
}

TEST_F(BrowserChatNewFile, FollowsNoLink) {
  fs::create_symlink(scratch_ / "elsewhere", scratch_ / "a.txt");
  EXPECT_EQ(make("a.txt", "bytes"), "a (2).txt");
  EXPECT_FALSE(fs::exists(scratch_ / "elsewhere"));
}

TEST_F(BrowserChatNewFile, IsGoneUnlessKept) {
  {
    NewFile file;
    ASSERT_EQ(file.open(scratch_, "a.txt"), "");
    ASSERT_EQ(file.write("abc", 3), "");
    EXPECT_EQ(names(), std::set<std::string>{"a.txt"});
    file.discard();
    EXPECT_TRUE(names().empty());
    ASSERT_EQ(file.open(scratch_, "b.txt"), "");
  }
  EXPECT_TRUE(names().empty());
  make("c.txt", "");
  EXPECT_EQ(names(), std::set<std::string>{"c.txt"});
}

TEST_F(BrowserChatNewFile, MakesItsFolderOrSaysWhyNot) {
  NewFile file;
  EXPECT_EQ(file.open(scratch_ / "deep" / "deeper", "a.txt"), "");
  EXPECT_TRUE(fs::exists(scratch_ / "deep" / "deeper" / "a.txt"));
  make("plain", "no folder");
  NewFile other;
  EXPECT_NE(other.open(scratch_ / "plain", "a.txt"), "");
  EXPECT_FALSE(other.is_open());
}

}  // namespace
