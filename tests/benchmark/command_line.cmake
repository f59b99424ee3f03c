# SPDX-License-Identifier: MIT
# What PROGRAM answers to --help, and to a command line that is wrong.

function(expect status)
  execute_process(
    COMMAND "${PROGRAM}" ${ARGN}
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors
    RESULT_VARIABLE result)
  if(NOT result EQUAL status)
    message(FATAL_ERROR "'${ARGN}': status ${result} instead of ${status}\n${errors}${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

expect(2)
expect(2 nothing)
expect(2 rtt --size)
expect(2 rtt --size 0)
expect(2 rtt --size 64k)
expect(2 rtt --pairs 2)
expect(2 rtt --wait never)
expect(2 rtt 64)
expect(2 connect --count 1 --repeat 0)
expect(0 --help)
foreach(command IN LISTS COMMANDS)
  if(NOT output MATCHES "\n  ${command} ")
    message(FATAL_ERROR "--help leaves out ${command}")
  endif()
endforeach()
foreach(command IN LISTS COMMANDS)
  expect(0 ${command} --help)
  if(NOT output MATCHES "^usage: peerlane-bench ${command} ")
    message(FATAL_ERROR "no help for ${command}: ${output}")
  endif()
endforeach()
