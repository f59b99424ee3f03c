# SPDX-License-Identifier: MIT
# Every switch of the build. Inside another project only the library itself is on by default.

if(PROJECT_IS_TOP_LEVEL)
  option(BUILD_SHARED_LIBS "Build libpeerlane.so instead of libpeerlane.a" OFF)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
  endif()
endif()

option(PEERLANE_INSTALL "Generate the install rules" ${PROJECT_IS_TOP_LEVEL})
option(PEERLANE_BUILD_TESTS "Build the tests (needs GoogleTest)" ${PROJECT_IS_TOP_LEVEL})
option(PEERLANE_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(PEERLANE_BUILD_BENCHMARKS "Build the benchmarks; the micro-benchmarks only where Google Benchmark is found" OFF)
option(PEERLANE_BUILD_FUZZERS "Build the fuzzers (needs Clang); without it the corpora are only replayed" OFF)
option(PEERLANE_BUILD_DOCS "Add the target peerlane_docs (needs Doxygen)" OFF)
option(PEERLANE_WERROR "Treat warnings in our own code as errors" OFF)
set(PEERLANE_SANITIZE "" CACHE STRING "Sanitizers for our own code: \"address;undefined\" or \"thread\"")

# usrsctp keeps its state in globals, so a second user of libusrsctp.so in the same process would share it with us:
# a static library therefore takes the archive along, if there is one. A shared library cannot: distributions build
# the archive without -fPIC. Whoever has an archive with -fPIC may say ON; whoever links a static peerlane into a plug-in
# (a shared object of their own) and has none must say OFF.
if(BUILD_SHARED_LIBS)
  set(_static_usrsctp OFF)
else()
  set(_static_usrsctp AUTO)
endif()
set(PEERLANE_STATIC_USRSCTP ${_static_usrsctp}
    CACHE STRING "Link libusrsctp.a: ON, OFF, or AUTO (if it exists next to the library that pkg-config finds)")
set_property(CACHE PEERLANE_STATIC_USRSCTP PROPERTY STRINGS AUTO ON OFF)
unset(_static_usrsctp)
