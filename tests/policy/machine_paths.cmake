# SPDX-License-Identifier: MIT
# No tracked file names a path that exists on one machine only: this checkout, a home, a build farm's work folder.

find_program(GIT git)
if(NOT GIT OR NOT EXISTS "${SOURCE_DIR}/.git")
  message("skipped: not a git checkout")
  return()
endif()
string(REGEX REPLACE "([][+.*()^$?{}|])" "\\\\\\1" checkout "${SOURCE_DIR}")
execute_process(
  COMMAND "${GIT}" -c "safe.directory=*" grep -nIE "${checkout}/|/wor[k]/|/home/[a-z]+/"
  WORKING_DIRECTORY "${SOURCE_DIR}"
  OUTPUT_VARIABLE places
  RESULT_VARIABLE result)
if(result EQUAL 0)
  message(FATAL_ERROR "paths of one machine:\n${places}")
elseif(NOT result EQUAL 1)
  message(FATAL_ERROR "git grep failed: ${result}")
endif()
