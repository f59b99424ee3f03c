// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_REPORT_HPP
#define PEERLANE_TESTS_BENCHMARK_REPORT_HPP

#include <string>
#include <utility>
#include <vector>

namespace peerlane::benchmark {

/// The figures of one measurement, as a line of a table or as JSON.
class Report {
 public:
  explicit Report(std::string name) : name_(std::move(name)) {}

  void add(const std::string &figure, double value, const std::string &unit);
  void print(bool json) const;

 private:
  struct Figure {
    std::string name;
    double value;
    std::string unit;
  };
  std::string name_;
  std::vector<Figure> figures_;
};

/// The value below which `share` of the samples lie; 0 where there are none.
double percentile(std::vector<double> samples, double share);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_REPORT_HPP
