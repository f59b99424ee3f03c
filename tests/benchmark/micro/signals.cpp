// SPDX-License-Identifier: MIT
// What it costs to emit a signal, by the number of its slots.
#include <benchmark/benchmark.h>

#include <string>

#include "peerlane/signal.hpp"

namespace {

void signal_emission(benchmark::State &state) {
  peerlane::Signal<const std::string &, int> signal;
  int calls = 0;
  for (int64_t i = 0; i < state.range(0); ++i) {
    signal.connect([&calls](const std::string &, int by) { calls += by; });
  }
  const std::string text = "candidate";
  for (auto each : state) {
    peerlane::internal::SignalAccess::emit(signal, text, 1);
    benchmark::DoNotOptimize(calls);
  }
}
BENCHMARK(signal_emission)->Arg(0)->Arg(1)->Arg(8);

void signal_connect_and_disconnect(benchmark::State &state) {
  peerlane::Signal<> signal;
  for (auto each : state) {
    auto connection = signal.connect([] {});
    connection.disconnect();
  }
}
BENCHMARK(signal_connect_and_disconnect);

}  // namespace
