// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

TEST(BrowserChatText, PrintableTextSteersNoTerminal) {
  EXPECT_EQ(printable("plain ünïcödé 👋"), "plain ünïcödé 👋");
  EXPECT_EQ(printable("a\x1b[31mb\r\n\tc\x7f"), "a [31mb   c ");
  EXPECT_EQ(printable("\u009b31m"), " 31m");
  EXPECT_EQ(printable("x\u202egpj.exe\u2066"), "x gpj.exe ");
  EXPECT_EQ(printable("\xff\xc3"), "\ufffd\ufffd");
  EXPECT_EQ(printable({"a\0b", 3}),
            "a\ufffd"
            "b");
  EXPECT_EQ(printable(""), "");
}

TEST(BrowserChatText, FileNamesStayInTheirFolder) {
  EXPECT_EQ(safe_file_name("photo.jpg"), "photo.jpg");
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("/etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("C:\\Windows\\win.ini"), "win.ini");
  EXPECT_EQ(safe_file_name("C:evil"), "C_evil");
  for (const char *name : {"", ".", "..", "...", "/", "a/", "a/..", " ", ". ."}) {
    EXPECT_EQ(safe_file_name(name), "file") << name;
  }
}

TEST(BrowserChatText, FileNamesAreVisibleAndHarmless) {
  EXPECT_EQ(safe_file_name(".bashrc"), "bashrc");
  EXPECT_EQ(safe_file_name("a<b>:\"|?*c"), "a_b______c");
  EXPECT_EQ(safe_file_name("a\nb\x1b"), "a_b_");
  EXPECT_EQ(safe_file_name("x\u202egpj.exe"), "x_gpj.exe");
  EXPECT_EQ(safe_file_name(" name. "), "name");
  EXPECT_EQ(safe_file_name("naïve 👋.txt"), "naïve 👋.txt");
}

TEST(BrowserChatText, LongFileNamesKeepTheirExtension) {
  const std::string long_name(300, 'a'), longest = long_name.substr(0, 200);
  EXPECT_EQ(safe_file_name(long_name + ".jpg"), long_name.substr(0, 196) + ".jpg");
  EXPECT_EQ(safe_file_name(long_name), longest);
  EXPECT_EQ(safe_file_name("a." + long_name).size(), 200u);
  EXPECT_EQ(safe_file_name(longest), longest);
  // No half character: 196 is no multiple of three.
  std::string euros;
  for (int i = 0; i < 100; ++i) euros += "€";
  EXPECT_EQ(safe_file_name(euros + ".jpg").size(), 195u + 4u);
}

TEST(BrowserChatText, SizesAreShort) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(999), "999 bytes");
  EXPECT_EQ(size_text(1000), "1.0 kB");
  EXPECT_EQ(size_text(999949), "999.9 kB");
  EXPECT_EQ(size_text(999999), "1.0 MB");
  EXPECT_EQ(size_text(std::uint64_t{1} << 30), "1.1 GB");
}

}  // namespace
