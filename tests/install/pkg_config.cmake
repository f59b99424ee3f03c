# SPDX-License-Identifier: MIT
# A consumer without CMake: a compiler and `pkg-config --cflags --libs peerlane`.

file(MAKE_DIRECTORY "${BINARY_DIR}")
file(GLOB_RECURSE module "${PREFIX}/*/peerlane.pc")
get_filename_component(module_dir "${module}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} "${module_dir}")
execute_process(
  COMMAND "${PKG_CONFIG}" --cflags --libs peerlane
  OUTPUT_VARIABLE flags
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
# Without CMake nobody sets a run path.
get_filename_component(library_dir "${module_dir}" DIRECTORY)
execute_process(
  COMMAND "${COMPILER}" -std=c++17 -Wall -Wextra -Werror -fno-exceptions -fno-rtti "${SOURCE_DIR}/consumer.cpp" -o
          "${BINARY_DIR}/consumer" ${flags} "-Wl,-rpath,${library_dir}" COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${BINARY_DIR}/consumer" COMMAND_ERROR_IS_FATAL ANY)
