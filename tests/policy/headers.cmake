# SPDX-License-Identifier: MIT
# Each public header compiles alone, with -DCOMPILER in -DSTANDARD, without exceptions and RTTI and without a warning.

if(NOT COMPILER)
  message("skipped: no such compiler")
  return()
endif()

file(GLOB headers RELATIVE "${SOURCE_DIR}/include" "${SOURCE_DIR}/include/peerlane/*.hpp")
list(APPEND headers peerlane/version.hpp)
set(failed "")
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER "${header}" name)
  file(WRITE "${SCRATCH_DIR}/${name}.cpp" "#include <${header}>\n")
  execute_process(
    COMMAND "${COMPILER}" -std=c++${STANDARD} -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-exceptions
            -fno-rtti -fsyntax-only "-I${SOURCE_DIR}/include" "-I${GENERATED_DIR}" "${SCRATCH_DIR}/${name}.cpp"
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(APPEND failed ${header})
  endif()
endforeach()
if(failed)
  list(JOIN failed ", " failed)
  message(FATAL_ERROR "does not compile alone: ${failed}")
endif()
