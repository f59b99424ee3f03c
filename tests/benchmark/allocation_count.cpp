// SPDX-License-Identifier: MIT
// Takes the place of malloc and operator new in this program and in the libraries that it loads.
#include "allocation_count.hpp"

#include <atomic>
#include <cstddef>
#include <new>

namespace peerlane::benchmark {

namespace {

// Zero-initialized before anything runs: malloc is called before the constructors are.
std::atomic<bool> counting;
std::atomic<std::uint64_t> news;
std::atomic<std::uint64_t> mallocs;

#if defined(__GLIBC__) && !defined(PEERLANE_BENCHMARK_SANITIZED)
void count(std::atomic<std::uint64_t> &counter) {
  // No other measurement shall pay for more than this look.
  if (counting.load(std::memory_order_relaxed)) counter.fetch_add(1, std::memory_order_relaxed);
}
#endif

}  // namespace

AllocationCount::AllocationCount() {
  news = mallocs = 0;
  counting = true;
}

Allocations AllocationCount::stop() {
  counting = false;
  return {news, mallocs};
}

#if defined(__GLIBC__) && !defined(PEERLANE_BENCHMARK_SANITIZED)
bool allocations_are_counted() { return true; }
#else
bool allocations_are_counted() { return false; }
#endif

}  // namespace peerlane::benchmark

#if defined(__GLIBC__) && !defined(PEERLANE_BENCHMARK_SANITIZED)

extern "C" {
// glibc's own, under its second names.
void *__libc_malloc(std::size_t size);
void *__libc_calloc(std::size_t count, std::size_t size);
void *__libc_realloc(void *memory, std::size_t size);
void __libc_free(void *memory);

__attribute__((visibility("default"))) void *malloc(std::size_t size) {
  peerlane::benchmark::count(peerlane::benchmark::mallocs);
  return __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(std::size_t count, std::size_t size) {
  peerlane::benchmark::count(peerlane::benchmark::mallocs);
  return __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *memory, std::size_t size) {
  peerlane::benchmark::count(peerlane::benchmark::mallocs);
  return __libc_realloc(memory, size);
}
}

__attribute__((visibility("default"))) void *operator new(std::size_t size) {
  peerlane::benchmark::count(peerlane::benchmark::news);
  if (void *memory = __libc_malloc(size)) return memory;
  throw std::bad_alloc();
}

__attribute__((visibility("default"))) void operator delete(void *memory) noexcept {
  __libc_free(memory);
}

__attribute__((visibility("default"))) void operator delete(void *memory, std::size_t) noexcept {
  __libc_free(memory);
}

#endif
