# SPDX-License-Identifier: MIT
# The reasons in PeerConnectionStats::dropped, written <layer>_<what> in snake_case, are those that docs/limits.md lists.

cmake_policy(SET CMP0057 NEW)  # IN_LIST

set(reason "(candidate|ice|dtls|sctp|dcep|channel|message)_[a-z0-9_]+")
set(violations "")

set(counted "")
file(GLOB_RECURSE files "${SOURCE_DIR}/src/*.hpp" "${SOURCE_DIR}/src/*.cpp")
foreach(file IN LISTS files)
  file(STRINGS "${file}" lines REGEX "\"${reason}\"")
  string(REGEX MATCHALL "\"${reason}\"" found "${lines}")
  list(APPEND counted ${found})
  # Whatever is counted has a name of that kind.
  file(STRINGS "${file}" lines REGEX "([^a-z_](count|drop)\\(|dropped_\\[)\"")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "(count\\(|drop\\(|dropped_\\[)\"${reason}\"")
      string(APPEND violations "\n  not <layer>_<what>: ${line}")
    endif()
  endforeach()
endforeach()

file(STRINGS "${SOURCE_DIR}/docs/limits.md" lines REGEX "`${reason}`")
string(REGEX MATCHALL "`${reason}`" listed "${lines}")

list(TRANSFORM counted REPLACE "\"" "")
list(TRANSFORM listed REPLACE "`" "")
list(REMOVE_DUPLICATES counted)
list(REMOVE_DUPLICATES listed)
foreach(name IN LISTS counted)
  if(NOT name IN_LIST listed)
    string(APPEND violations "\n  not in docs/limits.md: ${name}")
  endif()
endforeach()
foreach(name IN LISTS listed)
  if(NOT name IN_LIST counted)
    string(APPEND violations "\n  only in docs/limits.md: ${name}")
  endif()
endforeach()
if(violations OR NOT counted)
  message(FATAL_ERROR "reasons to drop:${violations}")
endif()
