// SPDX-License-Identifier: MIT
// What the comparison measures, and the goals.
//
// A measurement: `id`; `ours`, command lines of peerlane-bench by variant; `theirs`, that of the others, or null; `runs`,
// how often at most; `rows`. A row: `label`; `variant` of ours, the first one where it says none; `metric`, or `value` of
// a line and its `unit`; `more` where more is better; `goal`; `limit`, of what this machine allows, in the unit of the row.
//
// A goal is one of
//   {times}  ours is so many times the best of the others, or of the one named by `of`, at least or at most as `more` says
//   {below}  ours is less than that, whatever the others do
//   {above}  ours is more than this metric of the same line

export const sizes = [64, 1024, 16384, 65536, 262144];
const pairCounts = [10, 50, 200];
const threadCounts = [1, 2, 4, 8];

const shownSize = (size) => (size < 1024 ? `${size} bytes` : `${size / 1024} KiB`);

function bulk(size, seconds) {
  const args = ['throughput', '--size', String(size), '--seconds', seconds];
  const small = size < 1024;
  // On one thread lie both ends of a connection; on two each has its own.
  const floors = {1: 'floor_throughput_one_core', 2: 'floor_throughput_two_cores'};
  const rate = (threads, times) => ({
    label: `messages of ${shownSize(size)}, ${threads === 1 ? 'one network thread' : 'two network threads'}`,
    variant: String(threads),
    metric: small ? 'messages' : 'throughput',
    more: true,
    goal: {times},
    limit: (limits) => limits[small ? 'sctp_messages_one_core' : floors[threads]],
  });
  const cpu = {
    label: `messages of ${shownSize(size)}, processor time for a gigabyte`,
    variant: '2',
    metric: 'cpu_per_gigabyte',
    goal: {times: 0.25},
    limit: (limits) => limits.floor_cpu_per_gigabyte,
  };
  return {
    id: `bulk-${size}`,
    runs: size === 65536 ? 5 : 3,
    ours: {2: [...args, '--threads', '2'], 1: [...args, '--threads', '1']},
    theirs: args,
    rows: small ? [rate(2, 3)] : [rate(2, 5), rate(1, 3), cpu],
  };
}

const roundTrips = (seconds) => [
  {
    id: 'rtt-spin',
    runs: 5,
    ours: {spin: ['rtt', '--wait', 'spin', '--seconds', seconds]},
    theirs: ['rtt', '--seconds', seconds],
    rows: [
      {label: 'round trip of 64 bytes, polling, median', metric: 'round_trip_p50', goal: {times: 0.35},
        limit: (limits) => limits.udp_round_trip},
      {label: 'the same, 99 of 100', metric: 'round_trip_p99', goal: {times: 0.35}},
    ],
  },
  {
    id: 'rtt-block',
    runs: 5,
    ours: {block: ['rtt', '--wait', 'block', '--seconds', seconds]},
    theirs: ['rtt', '--wait', 'block', '--seconds', seconds],
    rows: [
      {label: 'round trip of 64 bytes, asleep in wait(), median', metric: 'round_trip_p50', goal: {times: 0.5},
        limit: (limits) => limits.udp_wakeup_round_trip},
    ],
  },
];

const connecting = {
  id: 'connect',
  runs: 3,
  ours: {all: ['connect', '--count', '200']},
  theirs: ['connect', '--count', '15'],
  rows: [
    {label: 'from both peers created to all channels open, median', metric: 'connect_p50', goal: {below: 10}},
    {label: 'the same, 9 of 10', metric: 'connect_p90', goal: {below: 15}},
    {label: 'the same, worst of 200', metric: 'connect_max', goal: {below: 30}},
  ],
};

/** Milliseconds for each of the pairs that `scale` connects one after another. */
export const connectEach = ({metrics, parameters}) => (1e3 * metrics.connect_total) / parameters.pairs;

// Two hundred pairs one after another take some of the others a minute.
const theirPairs = {10: 10, 200: 40};
const scale = pairCounts.map((count) => ({
  id: `scale-${count}`,
  runs: count === 200 ? 2 : 1,
  ours: {all: ['scale', '--pairs', String(count)]},
  theirs: theirPairs[count] ? ['scale', '--pairs', String(theirPairs[count])] : null,
  rows: count !== 200 ? [] : [
    {label: 'pairs connected one after another, each', value: connectEach, unit: 'ms',
      goal: {times: 0.1, of: 'libdatachannel'}},
    {label: 'resident memory of one of 400 connections', metric: 'memory_per_connection', goal: {below: 100}},
  ],
}));

const idleOf400 = ({metrics, parameters}) => (200 * metrics.idle_cpu) / parameters.pairs;

const load = [
  {
    id: 'idle',
    runs: 2,
    ours: {all: ['idle', '--pairs', '200', '--seconds', '8']},
    // @roamhq/wrtc takes fifty descriptors for a connection.
    theirs: ['idle', '--pairs', '50', '--seconds', '4'],
    rows: [{label: '400 connections at rest, of a core', value: idleOf400, unit: '%', goal: {below: 2}}],
  },
  {
    id: 'fanout',
    runs: 3,
    ours: {all: ['fanout', '--pairs', '50', '--hz', '60', '--seconds', '2']},
    theirs: ['fanout', '--pairs', '50', '--hz', '60', '--seconds', '2'],
    rows: [
      {label: '60 packets a second to each of 50, processor time for a packet', metric: 'cpu_per_message',
        goal: {times: 0.6}, limit: (limits) => limits.udp_cpu_per_datagram},
    ],
  },
];

/** `relay` is the peerlane-bench whose relay the others are asked to use. */
function longPaths(relay) {
  const path = (loss) => ['wan', '--rtt', '50', '--loss', String(loss), '--seconds', '3'];
  const game = ['game', '--rtt', '50', '--loss', '2', '--seconds', '15'];
  const through = (args) => [...args, '--relay', relay];
  // A lost packet is reported with each of the next three; then the report goes back, and the packet again.
  const repaired = (limits, {parameters: {rtt, hz}}) => 3e3 / hz + 1.5 * rtt;
  return [
    {
      id: 'wan',
      runs: 2,
      ours: {all: path(0)},
      theirs: through(path(0)),
      rows: [{label: 'messages of 16 KiB over a round trip of 50 ms', metric: 'throughput', more: true, goal: {times: 5},
        limit: (limits, {metrics}) => metrics.control_throughput}],
    },
    {
      id: 'wan-loss',
      runs: 2,
      ours: {all: path(1)},
      theirs: through(path(1)),
      rows: [{label: 'the same with 1 % loss', metric: 'throughput', more: true, goal: {above: 'reno_bound'},
        limit: (limits, {metrics}) => metrics.reno_bound}],
    },
    {
      id: 'game',
      runs: 2,
      ours: {all: game},
      theirs: through(game),
      rows: [
        {label: 'reliable packets at 60 Hz over 50 ms with 2 % loss, 99 of 100 one way', metric: 'reliable_delay_p99',
          goal: {times: 1}, limit: repaired},
        {label: 'the same, worst', metric: 'reliable_delay_max', goal: {times: 0.6}, limit: repaired},
      ],
    },
    {
      id: 'head-of-line',
      runs: 1,
      ours: {all: ['head-of-line', '--rtt', '50', '--seconds', '6']},
      theirs: null,
      rows: [
        {label: 'what a file over 50 ms adds to unreliable packets, 99 of 100', metric: 'unreliable_added_p99', goal: {below: 50}},
        {label: 'the same, to reliable packets', metric: 'reliable_added_p99', goal: {below: 50}},
      ],
    },
  ];
}

const threads = threadCounts.map((count) => ({
  id: `threads-${count}`,
  runs: 1,
  ours: {all: ['throughput', '--size', '16384', '--pairs', '8', '--threads', String(count), '--seconds', '1']},
  theirs: null,
  rows: [],
}));

export function measurements({seconds, relay}) {
  return [
    ...sizes.map((size) => bulk(size, String(seconds))),
    ...roundTrips(String(seconds)),
    connecting,
    ...scale,
    ...load,
    ...longPaths(relay),
    ...threads,
  ];
}
