// SPDX-License-Identifier: MIT
#ifndef COPY_PASTE_CHAT_SIGNAL_CODE_HPP
#define COPY_PASTE_CHAT_SIGNAL_CODE_HPP

#include <optional>
#include <string>
#include <string_view>

// A session description as one line that survives mail, messengers and terminals: base64 of the
// JSON that browsers use, {"type":"offer","sdp":"v=0…"}. A web page makes and reads it with JSON
// and btoa() and atob().
struct Description {
  std::string type;
  std::string sdp;
};

std::string encode(const Description &description);

// Blanks and line ends inside the code are skipped, since some programs wrap long lines.
std::optional<Description> decode(std::string_view code);

#endif  // COPY_PASTE_CHAT_SIGNAL_CODE_HPP
