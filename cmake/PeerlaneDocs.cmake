# SPDX-License-Identifier: MIT
# The target peerlane_docs: <build>/html/index.html.

find_package(Doxygen 1.9 REQUIRED)
configure_file(docs/Doxyfile.in "${PROJECT_BINARY_DIR}/Doxyfile" @ONLY)
add_custom_target(
  peerlane_docs
  COMMAND Doxygen::doxygen "${PROJECT_BINARY_DIR}/Doxyfile"
  WORKING_DIRECTORY "${PROJECT_BINARY_DIR}"
  COMMENT "API reference: ${PROJECT_BINARY_DIR}/html/index.html"
  VERBATIM)
