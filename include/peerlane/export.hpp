// SPDX-License-Identifier: MIT
#ifndef PEERLANE_EXPORT_HPP
#define PEERLANE_EXPORT_HPP

/// @def PEERLANE_API
/// Marks what the shared library exports. The CMake target and the pkg-config module of a shared
/// build define `PEERLANE_SHARED`; a static library needs no definition, and a plug-in that links
/// it does not export its symbols.
#if !defined(PEERLANE_SHARED)
#define PEERLANE_API
#elif defined(_WIN32)
#if defined(PEERLANE_BUILDING)
#define PEERLANE_API __declspec(dllexport)
#else
#define PEERLANE_API __declspec(dllimport)
#endif
#else
#define PEERLANE_API __attribute__((visibility("default")))
#endif

#endif  // PEERLANE_EXPORT_HPP
