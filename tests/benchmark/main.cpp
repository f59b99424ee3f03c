// SPDX-License-Identifier: MIT
// peerlane-bench: what the library does on this machine. `peerlane-bench --help` explains it.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"
#include "output.hpp"
#include "peerlane/runtime.hpp"
#include "report.hpp"

namespace {

using peerlane::benchmark::Command;
using peerlane::benchmark::MeasurementError;
using peerlane::benchmark::Options;
using peerlane::benchmark::Report;
using peerlane::benchmark::RunNumber;

struct CommandLine {
  const Command *command = nullptr;
  Options options;
  int repeat = 1;
  bool json = false;
  bool help = false;
};

int wrong(const std::string &problem) {
  std::fprintf(stderr, "peerlane-bench: %s; see peerlane-bench --help\n", problem.c_str());
  return 2;
}

const Command *find_command(const std::string &name) {
  for (const Command &command : peerlane::benchmark::commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

/// What is wrong with it, or "".
std::string read_options(const std::vector<std::string> &words, CommandLine &line) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string &word = words[i];
    if (word == "--json") {
      line.json = true;
    } else if (word == "--help" || word == "-h") {
      line.help = true;
    } else if (word.rfind("--", 0) != 0) {
      return "unexpected: " + word;
    } else if (i + 1 == words.size()) {
      return word + " needs a value";
    } else if (word == "--repeat") {
      line.repeat = std::atoi(words[++i].c_str());
      if (line.repeat < 1) return "wrong value of --repeat: " + words[i];
    } else {
      const std::string name = word.substr(2);
      bool taken = false;
      for (const std::string &each : line.command->options) taken = taken || each == name;
      if (!taken) return line.command->name + " has no option " + word;
      if (!peerlane::benchmark::find_option(name)->read(words[++i], line.options)) {
        return "wrong value of " + word + ": " + words[i];
      }
    }
  }
  return "";
}

std::optional<Report> measure(const CommandLine &line) {
  try {
    if (peerlane::set_io_thread_count(line.options.threads) != peerlane::Error::OK) {
      throw MeasurementError("the number of network threads was refused");
    }
    Report report;
    line.command->measure(line.options, report);
    peerlane::benchmark::clear_progress();
    return report;
  } catch (const MeasurementError &error) {
    peerlane::benchmark::clear_progress();
    std::fprintf(stderr, "peerlane-bench: %s could not be measured: %s\n",
                 line.command->name.c_str(), error.what());
    return std::nullopt;
  }
}

/// In a process of its own: memory, threads and warm caches of the run before would be measured
/// too.
std::optional<Report> measure_apart(const CommandLine &line) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  // This process has not used the library yet, so the child starts afresh.
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) {
    close(ends[0]);
    const std::optional<Report> report = measure(line);
    std::FILE *out = fdopen(ends[1], "w");
    if (report && out) report->write(out);
    if (out) std::fclose(out);
    std::exit(report ? 0 : 1);
  }
  close(ends[1]);
  std::FILE *in = fdopen(ends[0], "r");
  const Report report = Report::read(in);
  std::fclose(in);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return report;
}

void print(const CommandLine &line, RunNumber number, const Report &report) {
  const auto print_it =
      line.json ? peerlane::benchmark::print_json : peerlane::benchmark::print_table;
  print_it(*line.command, line.options, number, report);
}

bool run(const CommandLine &line) {
  std::vector<Report> reports;
  for (int i = 1; i <= line.repeat; ++i) {
    const auto report = line.repeat == 1 ? measure(line) : measure_apart(line);
    if (!report) return false;
    print(line, {i, line.repeat}, *report);
    reports.push_back(*report);
  }
  if (line.repeat > 1) print(line, {0, line.repeat}, peerlane::benchmark::median_of(reports));
  return true;
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) return wrong("no command");
  const std::string name = arguments[1];
  if (name == "--help" || name == "-h" || name == "help") {
    peerlane::benchmark::print_help();
    return 0;
  }
  CommandLine line;
  line.command = find_command(name);
  if (!line.command) return wrong("unknown command: " + name);
  line.options = line.command->defaults;
  const std::string problem = read_options({arguments + 2, arguments + count}, line);
  if (!problem.empty()) return wrong(problem);
  if (line.help) {
    peerlane::benchmark::print_help(*line.command);
    return 0;
  }
  return run(line) ? 0 : 1;
}
