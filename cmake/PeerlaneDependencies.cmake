# SPDX-License-Identifier: MIT
# Finds what peerlane links. Used by our own build and, installed, by peerlaneConfig.cmake: a static library names
# these targets in its link interface, so a consumer needs the very same ones.

# peerlane_find_dependencies(<AUTO|ON|OFF: link libusrsctp.a> [GLOBAL])
#
# Defines PkgConfig::PEERLANE_NICE, PkgConfig::PEERLANE_GIO, OpenSSL::SSL, OpenSSL::Crypto, Threads::Threads and
# peerlane::usrsctp, and sets PEERLANE_MISSING_DEPENDENCIES and PEERLANE_USRSCTP_IS_STATIC. GLOBAL makes the targets
# visible in the whole project, which add_subdirectory(peerlane) needs.
macro(peerlane_find_dependencies static_usrsctp)
  set(PEERLANE_MISSING_DEPENDENCIES "")
  find_package(Threads QUIET ${ARGN})
  find_package(OpenSSL 1.1.1 QUIET ${ARGN})
  find_package(PkgConfig QUIET)
  if(NOT Threads_FOUND)
    list(APPEND PEERLANE_MISSING_DEPENDENCIES "a thread library")
  endif()
  if(NOT OPENSSL_FOUND)
    list(APPEND PEERLANE_MISSING_DEPENDENCIES "OpenSSL")
  endif()
  if(NOT PKG_CONFIG_FOUND)
    list(APPEND PEERLANE_MISSING_DEPENDENCIES "pkg-config")
  else()
    # gio brings gobject and glib.
    _peerlane_pkg_config(PEERLANE_GIO "gio-2.0>=2.64" ${ARGN})
    _peerlane_pkg_config(PEERLANE_NICE "nice>=0.1.18" ${ARGN})
    _peerlane_pkg_config(PEERLANE_USRSCTP "usrsctp" ${ARGN})
    if(PEERLANE_USRSCTP_FOUND)
      _peerlane_usrsctp_target("${static_usrsctp}" ${ARGN})
    endif()
  endif()
endmacro()

macro(_peerlane_pkg_config prefix module)
  pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${ARGN} "${module}")
  if(NOT ${prefix}_FOUND)
    list(APPEND PEERLANE_MISSING_DEPENDENCIES "${module} (pkg-config)")
  endif()
endmacro()

macro(_peerlane_usrsctp_target static_usrsctp)
  set(PEERLANE_USRSCTP_IS_STATIC OFF)
  if(NOT "${static_usrsctp}" STREQUAL "OFF")
    # Only next to the library that pkg-config names, so that header and archive are of one version.
    pkg_get_variable(_peerlane_usrsctp_libdir usrsctp libdir)
    find_file(PEERLANE_USRSCTP_ARCHIVE libusrsctp.a PATHS ${_peerlane_usrsctp_libdir} NO_DEFAULT_PATH)
    mark_as_advanced(PEERLANE_USRSCTP_ARCHIVE)
    if(PEERLANE_USRSCTP_ARCHIVE)
      set(PEERLANE_USRSCTP_IS_STATIC ON)
    elseif("${static_usrsctp}" STREQUAL "ON")
      list(APPEND PEERLANE_MISSING_DEPENDENCIES "libusrsctp.a in ${_peerlane_usrsctp_libdir}")
    endif()
  endif()
  if(NOT TARGET peerlane::usrsctp)
    add_library(peerlane::usrsctp INTERFACE IMPORTED ${ARGN})
    if(PEERLANE_USRSCTP_IS_STATIC)
      set_target_properties(
        peerlane::usrsctp
        PROPERTIES INTERFACE_LINK_LIBRARIES "${PEERLANE_USRSCTP_ARCHIVE};Threads::Threads"
                   INTERFACE_INCLUDE_DIRECTORIES "${PEERLANE_USRSCTP_INCLUDE_DIRS}"
                   INTERFACE_COMPILE_OPTIONS "${PEERLANE_USRSCTP_CFLAGS_OTHER}")
    else()
      set_target_properties(peerlane::usrsctp PROPERTIES INTERFACE_LINK_LIBRARIES PkgConfig::PEERLANE_USRSCTP)
    endif()
  endif()
endmacro()
