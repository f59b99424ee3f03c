// SPDX-License-Identifier: MIT
#ifndef PEERLANE_TESTS_BENCHMARK_REPORT_HPP
#define PEERLANE_TESTS_BENCHMARK_REPORT_HPP

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace peerlane::benchmark {

/// Why something could not be measured, in one sentence.
class MeasurementError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What one run measured: figures with their units, in order.
class Report {
 public:
  struct Figure {
    std::string name;
    double value;
    std::string unit;
  };

  /// Throws MeasurementError where the value is not finite.
  void add(const std::string &figure, double value, const std::string &unit);
  const std::vector<Figure> &figures() const { return figures_; }
  /// 0 where there is no such figure.
  double value(const std::string &figure) const;

  /// Between the process that measures and the one that prints.
  void write(std::FILE *file) const;
  static Report read(std::FILE *file);

 private:
  std::vector<Figure> figures_;
};

/// The value below which `share` of the samples lie; 0 where there are none.
double percentile(std::vector<double> samples, double share);

/// The median of each figure.
Report median_of(const std::vector<Report> &reports);

}  // namespace peerlane::benchmark

#endif  // PEERLANE_TESTS_BENCHMARK_REPORT_HPP
