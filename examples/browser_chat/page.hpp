// SPDX-License-Identifier: MIT
#ifndef BROWSER_CHAT_PAGE_HPP
#define BROWSER_CHAT_PAGE_HPP

#include <string_view>

// page/index.html with its style and scripts, in one piece; embed_page.cmake makes it.
extern const std::string_view kPage;

#endif  // BROWSER_CHAT_PAGE_HPP
