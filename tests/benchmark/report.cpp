// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <algorithm>
#include <cstdio>

namespace peerlane::benchmark {

void Report::add(const std::string &figure, double value, const std::string &unit) {
  figures_.push_back({figure, value, unit});
}

void Report::print(bool json) const {
  if (json) {
    std::printf("{\"name\":\"%s\"", name_.c_str());
    for (const Figure &each : figures_) std::printf(",\"%s\":%.6g", each.name.c_str(), each.value);
    std::printf("}\n");
  } else {
    std::printf("%s\n", name_.c_str());
    for (const Figure &each : figures_) {
      std::printf("  %-28s %12.4g %s\n", each.name.c_str(), each.value, each.unit.c_str());
    }
  }
  std::fflush(stdout);
}

double percentile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const auto index =
      static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1) + 0.5);
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(index),
                   samples.end());
  return samples[index];
}

}  // namespace peerlane::benchmark
