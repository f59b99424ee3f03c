# SPDX-License-Identifier: MIT
# How our own code is compiled. Everything is per target: a project that adds us with add_subdirectory keeps its flags.

# The presets asan and tsan compile the files of a folder eight at a time (CMAKE_UNITY_BUILD): most of the time of a file
# goes into the headers. Therefore names in anonymous namespaces differ within a folder. The other presets compile each
# file by itself, and find what it forgot to include.

# -Wconversion is on because sizes from the network pass through many integer types; -Wmissing-field-initializers (of
# -Wextra) is off because structs of options are meant to be filled by name, and only where they differ.
set(PEERLANE_WARNINGS
    -Wall
    -Wextra
    -Wno-missing-field-initializers
    -Wpedantic
    -Wshadow
    -Wconversion
    -Wnon-virtual-dtor
    -Woverloaded-virtual)

# Errors in our presets, except for what depends on how much GCC has inlined: GCC 12 reports some of these inside
# std::string where nothing is wrong (GCC bugs 105329, 105651). Those stay warnings.
set(PEERLANE_ERRORS -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  foreach(warning IN ITEMS array-bounds maybe-uninitialized restrict stringop-overflow stringop-overread)
    list(APPEND PEERLANE_ERRORS -Wno-error=${warning})
  endforeach()
endif()

# peerlane_own_target(<target>): language level, warnings and sanitizers of our own sources.
function(peerlane_own_target target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(
    ${target}
    PROPERTIES CXX_EXTENSIONS OFF
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE ${PEERLANE_WARNINGS})
  if(PEERLANE_WERROR)
    target_compile_options(${target} PRIVATE ${PEERLANE_ERRORS})
  endif()
  if(PEERLANE_BUILD_FUZZERS)
    # The coverage that libFuzzer steers by; the fuzzers themselves link -fsanitize=fuzzer.
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(PEERLANE_SANITIZE)
    list(JOIN PEERLANE_SANITIZE "," sanitizers)
    target_compile_options(${target} PRIVATE -fsanitize=${sanitizers} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
    if("undefined" IN_LIST PEERLANE_SANITIZE)
      # This check makes a pipe to see whether an object is there at all, and takes it for invalid where the process
      # is out of descriptors, as some tests see to.
      target_compile_options(${target} PRIVATE -fno-sanitize=vptr)
    endif()
    # A static library passes the run-time library on to what links it in this build; it is never installed.
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-fsanitize=${sanitizers}>)
  endif()
endfunction()
