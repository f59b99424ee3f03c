# SPDX-License-Identifier: MIT
# Headers, library, CMake package and pkg-config module.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/peerlane")

install(TARGETS peerlane EXPORT peerlaneTargets)
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/include/peerlane" "${PEERLANE_GENERATED_INCLUDE_DIR}/peerlane"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(EXPORT peerlaneTargets NAMESPACE peerlane:: DESTINATION "${package_dir}")

# The installed package looks for the same usrsctp that the library was built against.
if(PEERLANE_USRSCTP_IS_STATIC)
  set(PEERLANE_PACKAGE_STATIC_USRSCTP ON)
else()
  set(PEERLANE_PACKAGE_STATIC_USRSCTP OFF)
endif()
configure_package_config_file(cmake/peerlaneConfig.cmake.in "${PROJECT_BINARY_DIR}/peerlaneConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 each minor version may break the API, as SOVERSION says too.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/peerlaneConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/peerlaneConfig.cmake" "${PROJECT_BINARY_DIR}/peerlaneConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/PeerlaneDependencies.cmake" DESTINATION "${package_dir}")

# peerlane.pc. A static library lists its dependencies in Requires, not in Requires.private: the latter would need
# `pkg-config --static`, which follows libnice's private dependencies too and fails to link where their development
# packages are not installed (Debian 12).
set(pc_requires "")
set(pc_libs "")
set(pc_cflags "")
if(BUILD_SHARED_LIBS)
  set(pc_cflags "-DPEERLANE_SHARED")
else()
  set(pc_requires "nice gio-2.0 gobject-2.0 glib-2.0 libssl libcrypto")
  if(PEERLANE_USRSCTP_IS_STATIC)
    get_filename_component(usrsctp_dir "${PEERLANE_USRSCTP_ARCHIVE}" DIRECTORY)
    if(NOT usrsctp_dir IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
      string(APPEND pc_libs " -L${usrsctp_dir}")
    endif()
    string(APPEND pc_libs " -l:libusrsctp.a")
  else()
    string(APPEND pc_requires " usrsctp")
  endif()
  string(APPEND pc_libs " ${CMAKE_THREAD_LIBS_INIT}")
endif()

# The prefix is found from where the file lies, so that an installation may be moved.
set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${pc_dir}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH pc_prefix "/${pc_dir}" "/")
  string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
  set(pc_prefix "\${pcfiledir}/${pc_prefix}")
endif()
foreach(dir IN ITEMS LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(pc_${dir} "${CMAKE_INSTALL_${dir}}")
  else()
    set(pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
configure_file(cmake/peerlane.pc.in "${PROJECT_BINARY_DIR}/peerlane.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/peerlane.pc" DESTINATION "${pc_dir}")
