// SPDX-License-Identifier: MIT
// peerlane-bench and what a user would pick instead, in turn on the same machine: `tests/benchmark/run` calls it.
//   --bench FILE  --peer NAME=COMMAND…  --repeats N  --seconds S  --json FILE  --docs FILE

import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';

const options = {repeats: 5, seconds: 2, peers: []};
for (let i = 2; i + 1 < process.argv.length; i += 2) {
  const [name, value] = [process.argv[i].slice(2), process.argv[i + 1]];
  if (name === 'peer') {
    const [peer, ...command] = value.split('=');
    options.peers.push({name: peer, command: command.join('=').split(' ')});
  } else {
    options[name] = name === 'repeats' || name === 'seconds' ? Number(value) : value;
  }
}

const seconds = String(options.seconds);
const bulk = (size, threads) => ['throughput', '--size', String(size), '--seconds', seconds, '--threads', String(threads)];
// Ours, theirs, and the goal for ours divided by the best of theirs.
const measurements = [
  {ours: bulk(65536, 2), theirs: ['throughput', '--size', '65536', '--seconds', seconds], rows: [
    {label: '64 KiB messages, two network threads', metric: 'throughput', goal: 5, more: true},
    {label: 'processor time for a gigabyte', metric: 'cpu_per_gigabyte', goal: 0.25},
  ]},
  {ours: bulk(65536, 1), theirs: ['throughput', '--size', '65536', '--seconds', seconds], rows: [
    {label: '64 KiB messages, one network thread', metric: 'throughput', goal: 3, more: true},
  ]},
  {ours: bulk(262144, 2), theirs: ['throughput', '--size', '262144', '--seconds', seconds], rows: [
    {label: '256 KiB messages, two network threads', metric: 'throughput', goal: 5, more: true},
  ]},
  {ours: ['rtt', '--wait', 'spin', '--seconds', seconds], theirs: ['rtt', '--seconds', seconds], rows: [
    {label: 'round trip of 64 bytes, polling, median', metric: 'round_trip_p50', goal: 0.35},
    {label: 'the same, 99 of 100', metric: 'round_trip_p99', goal: 0.35},
  ]},
  {ours: ['rtt', '--wait', 'block', '--seconds', seconds], theirs: ['rtt', '--seconds', seconds], rows: [
    {label: 'round trip of 64 bytes, blocked in wait(), median', metric: 'round_trip_p50', goal: 0.5},
  ]},
  {ours: ['connect', '--count', '50'], theirs: ['connect', '--count', '50'], rows: [
    {label: 'from both peers created to both channels open, median', metric: 'connect_p50', below: 10},
    {label: 'the same, 9 of 10', metric: 'connect_p90', below: 15},
    {label: 'the same, worst', metric: 'connect_max', below: 30},
  ]},
  {ours: ['scale', '--pairs', '50'], theirs: ['scale', '--pairs', '50'], rows: [
    {label: 'resident memory of a connection', metric: 'memory_per_connection', below: 100},
  ]},
];

/** The JSON line that a program prints, also where it ends by a signal afterwards; not where it says that it failed. */
function measure(command, args) {
  let text = '';
  let reason = '';
  try {
    text = execFileSync(command[0], [...command.slice(1), ...args], {timeout: 120_000, encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe']});
  } catch (error) {
    const killed = error.signal === 'SIGKILL';
    text = killed ? error.stdout ?? '' : '';
    reason = killed ? '' : `: ${String(error.stderr ?? '').trim() || error.message}`;
  }
  const line = text.split('\n').find((each) => each.startsWith('{'));
  if (!line) throw new Error(`${[...command, ...args].join(' ')} measured nothing${reason}`);
  return JSON.parse(line);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const shown = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const rows = [];
for (const {ours, theirs, rows: wanted} of measurements) {
  const series = new Map([['peerlane', []], ...options.peers.map(({name}) => [name, []])]);
  for (let i = 0; i < options.repeats; ++i) {
    series.get('peerlane').push(measure([options.bench], [...ours, '--json']));
    for (const {name, command} of options.peers) {
      try {
        series.get(name).push(measure(command, theirs));
      } catch (error) {
        console.error(`${name}: ${error.message}`);
      }
    }
  }
  for (const row of wanted) {
    const values = [...series].map(([name, lines]) => [name, median(lines.map(({metrics}) => metrics[row.metric]))]);
    const [[, our], ...others] = values;
    const known = others.map(([, value]) => value).filter((value) => value !== undefined);
    const best = row.more ? Math.max(...known) : Math.min(...known);
    const ratio = known.length ? our / best : undefined;
    // A ratio to nothing meets no goal.
    const passed = row.below ? our < row.below : ratio !== undefined && (row.more ? ratio >= row.goal : ratio <= row.goal);
    const unit = series.get('peerlane')[0].units[row.metric];
    const busy = median(series.get('peerlane').map(({metrics}) => metrics.busy_cores ?? NaN));
    rows.push({...row, unit, values: Object.fromEntries(values), ratio, passed, busy});
    console.log(`${passed ? 'met ' : 'open'}  ${row.label}: ` +
      values.map(([name, value]) => `${name} ${value === undefined ? '–' : shown(value)}`).join(', ') +
      ` ${unit}; ${ratio !== undefined ? `${ratio.toFixed(2)} of the best other` : 'nothing to compare with'}, ` +
      `goal ${goal(row)}; ${busy.toFixed(2)} cores busy`);
  }
}

function goal(row) {
  if (row.below) return `below ${row.below} ${row.unit ?? ''}`.trim();
  return row.more ? `at least ${row.goal} times` : `at most ${row.goal} times`;
}

function table() {
  const names = ['peerlane', ...options.peers.map(({name}) => name)];
  const lines = [
    `| what | ${names.join(' | ')} | peerlane to the best other | goal | |`,
    `|---|${names.map(() => '---:|').join('')}---:|---|---|`,
    ...rows.map((row) => `| ${row.label} (${row.unit}) | ${names.map((name) => row.values[name] === undefined ? '–' : shown(row.values[name])).join(' | ')} | ` +
      `${row.ratio?.toFixed(2) ?? '–'} | ${goal(row)} | ${row.passed ? 'met' : 'open'} |`),
  ];
  return `${lines.join('\n')}\n\n${options.repeats} runs of each in turn, medians; ${cpus().length} cores, ${cpus()[0].model.trim()}.\n`;
}

if (options.json) writeFileSync(options.json, JSON.stringify(rows, null, 1));
if (options.docs) {
  const page = readFileSync(options.docs, 'utf8');
  const [begin, end] = ['<!-- comparison -->\n', '<!-- end of the comparison -->'];
  writeFileSync(options.docs, page.slice(0, page.indexOf(begin) + begin.length) + table() + page.slice(page.indexOf(end)));
}
