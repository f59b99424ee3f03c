// SPDX-License-Identifier: MIT
// What peerlane-bench measures, of another implementation with W3C's API, in the same form: both ends in this process.
//   node peer.mjs <wrtc|node-datachannel> <throughput|rtt|connect|scale> [--size N] [--seconds S] [--count N] [--pairs N]

import {createRequire} from 'node:module';
import {setTimeout as sleep} from 'node:timers/promises';

const require = createRequire(import.meta.url);
const modules = {wrtc: '@roamhq/wrtc', 'node-datachannel': 'node-datachannel/polyfill'};
const [peer, command, ...rest] = process.argv.slice(2);
const {RTCPeerConnection} = require(modules[peer]);
const options = {size: 65536, seconds: 2, count: 50, pairs: 50};
for (let i = 0; i + 1 < rest.length; i += 2) options[rest[i].slice(2)] = Number(rest[i + 1]);

const milliseconds = () => Number(process.hrtime.bigint()) / 1e6;

function percentile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Two connections with one negotiated channel, open at both ends. */
async function openPair() {
  const ends = [new RTCPeerConnection(), new RTCPeerConnection()];
  const channels = ends.map((end) => end.createDataChannel('bulk', {negotiated: true, id: 1}));
  for (const channel of channels) channel.binaryType = 'arraybuffer';
  const opened = channels.map((channel) => new Promise((resolve) => (channel.onopen = resolve)));
  ends.forEach((end, i) => {
    end.onicecandidate = ({candidate}) => candidate && ends[1 - i].addIceCandidate(candidate).catch(() => {});
  });
  await ends[0].setLocalDescription(await ends[0].createOffer());
  await ends[1].setRemoteDescription(ends[0].localDescription);
  await ends[1].setLocalDescription(await ends[1].createAnswer());
  await ends[0].setRemoteDescription(ends[1].localDescription);
  await Promise.all(opened);
  return {ends, channels, close: () => ends.forEach((end) => end.close())};
}

/** Runs `work`; its result, with the time and the processor time of the whole process that it took. */
async function timed(work) {
  const began = milliseconds();
  const cpu = process.cpuUsage();
  const result = await work();
  const used = process.cpuUsage(cpu);
  return {result, wall: (milliseconds() - began) / 1e3, cpu: (used.user + used.system) / 1e6};
}

async function throughput() {
  const pair = await openPair();
  const message = new Uint8Array(options.size).fill(0x5a);
  const high = 4 << 20;
  let bytes = 0;
  pair.channels[1].onmessage = ({data}) => (bytes += data.byteLength);
  const sendFor = async (seconds) => {
    const end = milliseconds() + 1e3 * seconds;
    bytes = 0;
    while (milliseconds() < end) {
      while (pair.channels[0].bufferedAmount < high) pair.channels[0].send(message);
      await sleep(1);
    }
    return bytes;
  };
  await sendFor(0.5);
  const {result, wall, cpu} = await timed(() => sendFor(options.seconds));
  return {
    throughput: [result / wall / 1e6, 'MB/s'],
    cpu_per_gigabyte: [cpu / (result / 1e9), 's/GB'],
    busy_cores: [cpu / wall, 'cores'],
  };
}

async function rtt() {
  const pair = await openPair();
  const ping = new Uint8Array(64).fill(0x2a);
  const samples = [];
  pair.channels[1].onmessage = ({data}) => pair.channels[1].send(data);
  const once = () =>
    new Promise((resolve) => {
      pair.channels[0].onmessage = resolve;
      pair.channels[0].send(ping);
    });
  const end = milliseconds() + 1e3 * options.seconds;
  while (milliseconds() < end) {
    const began = milliseconds();
    await once();
    samples.push(1e3 * (milliseconds() - began));
  }
  return {round_trip_p50: [percentile(samples, 0.5), 'us'], round_trip_p99: [percentile(samples, 0.99), 'us']};
}

async function connect() {
  const samples = [];
  const {cpu} = await timed(async () => {
    for (let i = 0; i < options.count; ++i) {
      const began = milliseconds();
      const pair = await openPair();
      samples.push(milliseconds() - began);
      pair.close();
    }
  });
  return {
    connect_p50: [percentile(samples, 0.5), 'ms'],
    connect_p90: [percentile(samples, 0.9), 'ms'],
    connect_max: [percentile(samples, 1), 'ms'],
    cpu_per_pair: [(1e3 * cpu) / options.count, 'ms'],
  };
}

async function scale() {
  const pairs = [await openPair()];
  const before = process.memoryUsage.rss();
  for (let i = 0; i < options.pairs; ++i) pairs.push(await openPair());
  await sleep(1000);
  return {memory_per_connection: [(process.memoryUsage.rss() - before) / 2e3 / options.pairs, 'kB']};
}

const metrics = await {throughput, rtt, connect, scale}[command]();
const take = (i) => Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value[i]]));
const line = {name: command, kind: 'run', run: 1, runs: 1, parameters: options, metrics: take(0), units: take(1)};
// At once: these implementations keep the process alive, or crash it in their destructors.
process.stdout.write(JSON.stringify(line) + '\n', () => process.kill(process.pid, 'SIGKILL'));
