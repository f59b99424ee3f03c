# SPDX-License-Identifier: MIT
# libpeerlane.so exports our own names only: a usrsctp in it must not meet another one in the same process.

file(GLOB_RECURSE library "${PREFIX}/*/libpeerlane.so")
execute_process(
  COMMAND "${NM}" -D --defined-only --demangle "${library}"
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "peerlane::PeerConnection::create")
  message(FATAL_ERROR "${library} does not export peerlane::PeerConnection::create")
endif()
string(REGEX MATCHALL "[^\n]*(usrsctp|sctp_|SSL_|nice_|g_main)[^\n]*" foreign "${symbols}")
if(foreign)
  list(JOIN foreign "\n  " foreign)
  message(FATAL_ERROR "${library} exports symbols of its dependencies:\n  ${foreign}")
endif()
