# SPDX-License-Identifier: MIT
# Who may include what: docs/architecture.md, "Folders". The compiler already refuses the headers of GLib and libnice
# outside their folders; those of OpenSSL and usrsctp lie in /usr/include and would be found everywhere.

set(violations "")

# check(<folder> <regular expression of the includes allowed there>): files directly in that folder only.
function(check folder allowed)
  file(GLOB files "${SOURCE_DIR}/${folder}/*.hpp" "${SOURCE_DIR}/${folder}/*.cpp" "${SOURCE_DIR}/${folder}/*.in")
  foreach(file IN LISTS files)
    file(STRINGS "${file}" lines REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"]*[>\"]).*$" "\\1" header "${line}")
      if(NOT header MATCHES "^(${allowed})$")
        file(RELATIVE_PATH name "${SOURCE_DIR}" "${file}")
        string(APPEND violations "\n  ${name}: ${header}")
      endif()
    endforeach()
  endforeach()
  set(violations "${violations}" PARENT_SCOPE)
endfunction()

set(std "<[a-z_0-9]+>")
set(public "\"peerlane/[a-z_]+\\.hpp\"")
set(core "${std}|${public}|\"core/[^\"]*\"")
# Anything of the operating system and the compiler, but of none of the four libraries.
set(system "<(sys|netinet|arpa|net|linux)/[a-z_]+\\.h>|<[a-z_0-9]+\\.h>")
set(glib "<(glib|gio|gobject)/[^>]*>|<(glib|glib-unix|glib-object)\\.h>")
set(below "${core}|\"io/[^\"]*\"|\"transport/[a-z_]+\\.hpp\"")

check(include/peerlane "${std}|${public}")
check(src/core "${core}")
check(src/signaling "${core}|\"signaling/[^\"]*\"")
check(src/channel "${core}|\"channel/[^\"]*\"")
check(src/io "${core}|\"io/[^\"]*\"|${system}|${glib}")
check(src/transport/ice "${below}|\"transport/ice/[^\"]*\"|${system}|${glib}|<nice/[^>]*>")
check(src/transport/dtls "${below}|\"transport/dtls/[^\"]*\"|<openssl/[^>]*>")
check(src/transport/sctp "${below}|\"transport/sctp/[^\"]*\"|<usrsctp\\.h>")
check(src/transport "${below}|\"(transport|channel)/[^\"]*\"")
check(src "${core}|\"(io|transport)/[^\"]*\"|\"runtime\\.hpp\"")
check(src/api "${core}|\"(api|signaling|transport)/[^\"]*\"|\"runtime\\.hpp\"")

if(violations)
  message(FATAL_ERROR "includes that the folder may not have:${violations}")
endif()
