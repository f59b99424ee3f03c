# SPDX-License-Identifier: MIT
# Who may include what: docs/architecture.md, "Folders". The compiler already refuses the headers of GLib and libnice
# outside their folders; those of OpenSSL and usrsctp lie in /usr/include and would be found everywhere.

set(violations "")

# check(<folder> <includes allowed there, as a regular expression> [<dependencies' headers allowed>]): the files directly
# in that folder.
function(check folder allowed)
  file(GLOB files "${SOURCE_DIR}/${folder}/*.hpp" "${SOURCE_DIR}/${folder}/*.cpp" "${SOURCE_DIR}/${folder}/*.in")
  foreach(file IN LISTS files)
    file(STRINGS "${file}" lines REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"]*[>\"]).*$" "\\1" header "${line}")
      if(header MATCHES "^(${dependencies})$")
        set(right "${ARGN}")
      else()
        set(right "${allowed}")
      endif()
      if(NOT header MATCHES "^(${right})$")
        file(RELATIVE_PATH name "${SOURCE_DIR}" "${file}")
        string(APPEND violations "\n  ${name}: ${header}")
      endif()
    endforeach()
  endforeach()
  set(violations "${violations}" PARENT_SCOPE)
endfunction()

set(glib "<(glib|gio|gobject)/[^>]*>|<(glib|glib-unix|glib-object)\\.h>")
set(nice "<(nice|stun)/[^>]*>")
set(openssl "<openssl/[^>]*>")
set(usrsctp "<usrsctp\\.h>")
set(dependencies "${glib}|${nice}|${openssl}|${usrsctp}")

set(std "<[a-z_0-9]+>")
set(public "\"peerlane/[a-z_]+\\.hpp\"")
# The standard library only: these folders need no operating system and no network to be tested.
set(pure "${std}|${public}|\"(core|signaling|channel)/[^\"]*\"")
set(system "<([a-z]+/)?[a-z_0-9]+\\.h>")
set(below "${pure}|${system}|\"io/[^\"]*\"|\"transport/[a-z_]+\\.hpp\"")

check(include/peerlane "${std}|${public}")
check(src/core "${pure}")
check(src/signaling "${pure}")
check(src/channel "${pure}")
check(src/io "${pure}|${system}|\"io/[^\"]*\"" "${glib}")
# ICE, DTLS and SCTP never see each other; the stack in src/transport connects them.
check(src/transport/ice "${below}|\"transport/ice/[^\"]*\"" "${glib}|${nice}")
check(src/transport/dtls "${below}|\"transport/dtls/[^\"]*\"" "${openssl}")
check(src/transport/sctp "${below}|\"transport/sctp/[^\"]*\"" "${usrsctp}")
check(src/transport "${below}|\"transport/[^\"]*\"")
check(src "${pure}|\"(io|transport)/[^\"]*\"|\"runtime\\.hpp\"")
# The handles reach the network through core/network_connection.hpp and the runtime only. Certificates, and what
# certificates are trusted, are made on the caller's side and handed down: these headers are the exception.
check(src/api "${pure}|\"api/[^\"]*\"|\"runtime\\.hpp\"|\"transport/dtls/(certificate|tls_client_context)\\.hpp\"")

# The benchmark measures the public API; what it measures below that lies in folders of its own.
check(tests/benchmark "${std}|${public}|${system}|\"[a-z_]+\\.hpp\"|\"layers/layer_limits\\.hpp\"")
set(measured "${below}|\"layers/[a-z_]+\\.hpp\"|\"transport/(dtls|sctp)/[^\"]*\"")
check(tests/benchmark/layers "${measured}")
check(tests/benchmark/micro "${measured}|<benchmark/benchmark\\.h>")

if(violations)
  message(FATAL_ERROR "includes that the folder may not have:${violations}")
endif()
