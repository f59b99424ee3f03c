// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <algorithm>
#include <cmath>

namespace peerlane::benchmark {

void Report::add(const std::string &figure, double value, const std::string &unit) {
  if (!std::isfinite(value)) throw MeasurementError(figure + " is not a number");
  figures_.push_back({figure, value, unit});
}

double Report::value(const std::string &figure) const {
  for (const Figure &each : figures_) {
    if (each.name == figure) return each.value;
  }
  return 0;
}

void Report::write(std::FILE *file) const {
  for (const Figure &each : figures_) {
    std::fprintf(file, "%s %.17g %s\n", each.name.c_str(), each.value, each.unit.c_str());
  }
}

Report Report::read(std::FILE *file) {
  Report report;
  char line[256];
  while (std::fgets(line, sizeof line, file)) {
    char name[128];
    char unit[32] = "";
    double value = 0;
    if (std::sscanf(line, "%127s %lf %31s", name, &value, unit) >= 2) {
      report.add(name, value, unit);
    }
  }
  return report;
}

double percentile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const auto index =
      static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1) + 0.5);
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(index),
                   samples.end());
  return samples[index];
}

Report median_of(const std::vector<Report> &reports) {
  Report median;
  for (const Report::Figure &figure : reports.front().figures()) {
    std::vector<double> samples;
    for (const Report &each : reports) samples.push_back(each.value(figure.name));
    // Of an even number the lower middle: a value that was measured.
    std::sort(samples.begin(), samples.end());
    median.add(figure.name, samples[(samples.size() - 1) / 2], figure.unit);
  }
  return median;
}

}  // namespace peerlane::benchmark
