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
      {"game",
       "60 packets a second over a long path with loss, on a reliable ordered channel and on an "
       "unreliable unordered one: the one-way delay",
       {"rtt", "loss", "hz", "size", "threads", "seconds", "warmup"},
       {.size = 100, .hz = 60, .seconds = 20, .warmup = 1, .rtt = 50, .loss = 2},
       measure_game},
      {"head-of-line",
       "the same packets alone, and next to a file that goes through another channel of the same "
       "connection",
       {"rtt", "loss", "hz", "size", "threads", "seconds", "warmup"},
       {.size = 100, .hz = 60, .seconds = 8, .warmup = 2, .rtt = 50, .loss = 0},
       measure_head_of_line},
      {"pause",
       "a paused game: no poll for so many seconds while the peer sends 60 packets a second, and "
       "on "
       "another connection all that it can; then the time to catch up, and what was lost",
       {"hz", "size", "threads", "seconds", "warmup"},
       {.size = 100, .hz = 60, .seconds = 30, .warmup = 0.5},
       measure_pause},
      {"allocations",
       "how often the heap is asked for a packet in the steady state, one packet at a time and in "
       "bursts of 50: by operator new, which is peerlane, and by malloc, which is the libraries "
       "below",
       {"count", "size", "threads"},
       {.size = 100, .count = 2000},
       measure_allocations},
      {"relay",
       "the relay on its own, for peers of other processes: it reads `first CANDIDATE`, `second "
       "CANDIDATE` and `loss PERCENT`, and answers with the candidate to hand on",
       {"rtt", "loss"},
       {},
       measure_relay},
      {"limits",
       "what this machine gives at most: UDP over loopback with a call for each datagram and with "
       "one for 50 (UDP_SEGMENT, UDP_GRO), DTLS records, CRC32c, usrsctp; and their sum",
       {"seconds"},
       {.seconds = 1},
       measure_limits},
  };
  return all;
}

}  // namespace peerlane::benchmark
