# SPDX-License-Identifier: MIT
# cmake -DFOLDER=<page/> -DOUTPUT=<page.cpp> -P embed_page.cmake: style and scripts go into index.html, and that into a
# C++ string. The program then needs no file beside it, and its page loads nothing.

file(READ "${FOLDER}/index.html" page)
file(READ "${FOLDER}/style.css" style)
set(script "'use strict';\n")
foreach(name IN ITEMS text peer transfer plot ui)
  file(READ "${FOLDER}/${name}.js" part)
  string(APPEND script "\n${part}")
endforeach()
string(REPLACE "<style></style>" "<style>\n${style}</style>" page "${page}")
string(REPLACE "<script></script>" "<script>\n${script}</script>" page "${page}")
file(WRITE "${OUTPUT}" "#include \"page.hpp\"\n\nconst std::string_view kPage = R\"page(${page})page\";\n")
