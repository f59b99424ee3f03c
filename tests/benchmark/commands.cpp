// SPDX-License-Identifier: MIT
// The commands of peerlane-bench, with their options and defaults.
#include "measurements.hpp"
#include "options.hpp"

namespace peerlane::benchmark {

const std::vector<Command> &commands() {
  static const std::vector<Command> all = {
      {"throughput",
       "bulk on a reliable ordered channel, one thread sending and one receiving",
       {"size", "threads", "pairs", "seconds", "warmup"},
       {.seconds = 2, .warmup = 0.5},
       measure_throughput},
      {"messages",
       "the same with messages of 64 bytes: how many a second",
       {"size", "threads", "pairs", "seconds", "warmup"},
       {.size = 64, .seconds = 2, .warmup = 0.5},
       measure_throughput},
      {"rtt",
       "a message there and back, the application polling in a tight loop or asleep in wait()",
       {"size", "wait", "threads", "seconds", "warmup"},
       {.size = 64, .seconds = 2, .warmup = 0.2},
       measure_round_trip},
      {"connect",
       "from creating both peers to all channels open, one pair after another",
       {"count", "threads"},
       {.count = 200},
       measure_connect},
      {"scale",
       "what many connections cost: memory, descriptors, threads, connecting and closing",
       {"pairs", "threads"},
       {.pairs = 200},
       measure_scale},
      {"idle",
       "CPU time of connections on which nothing happens and which nobody polls",
       {"pairs", "threads", "seconds", "warmup"},
       {.pairs = 200, .seconds = 5, .warmup = 2},
       measure_idle},
      {"fanout",
       "a server's load: packets of 100 bytes to many connections, many times a second",
       {"pairs", "hz", "size", "threads", "seconds", "warmup"},
       {.size = 100, .pairs = 50, .hz = 60, .seconds = 4, .warmup = 0.5},
       measure_fanout},
      {"wan",
       "bulk over a long path: a relay in this process, whose own limit a control run shows",
       {"rtt", "loss", "size", "threads", "seconds", "warmup"},
       {.size = 16384, .seconds = 5, .warmup = 2, .rtt = 50, .loss = 0},
       measure_wan},
  };
  return all;
}

}  // namespace peerlane::benchmark
