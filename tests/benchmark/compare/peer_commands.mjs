// SPDX-License-Identifier: MIT
// The commands of peerlane-bench for an implementation with W3C's API. Each takes that implementation and the options,
// and gives the metrics as {name: [value, unit]}.

import {setTimeout as sleep} from 'node:timers/promises';

import {openPair, openPairs} from './peer_pair.mjs';
import {Relay} from './relay.mjs';

const milliseconds = () => Number(process.hrtime.bigint()) / 1e6;

function percentile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Wall and processor time of the whole process, in seconds, since its construction. */
class Usage {
  #began = milliseconds();
  #cpu = process.cpuUsage();
  wall() {
    return (milliseconds() - this.#began) / 1e3;
  }
  cpu() {
    const {user, system} = process.cpuUsage(this.#cpu);
    return (user + system) / 1e6;
  }
}

/** Keeps the bulk channel full; what arrived, after a warm-up. */
async function bulk(pair, {size, seconds, warmup}) {
  const message = new Uint8Array(size).fill(0x5a);
  // With which they were fastest: one event loop sends, and receives what it has sent before.
  const high = size < 1024 ? 16 << 10 : 4 << 20;
  const [from, to] = pair.bulk;
  let bytes = 0;
  to.onmessage = ({data}) => (bytes += data.byteLength);
  const sendFor = async (time) => {
    const usage = new Usage();
    bytes = 0;
    while (usage.wall() < time) {
      while (from.bufferedAmount < high && usage.wall() < time) from.send(message);
      await sleep(1);
    }
    return usage;
  };
  await sendFor(warmup);
  const usage = await sendFor(seconds);
  const [wall, cpu] = [usage.wall(), usage.cpu()];
  if (bytes === 0) throw new Error('nothing arrived');
  return {
    throughput: [bytes / wall / 1e6, 'MB/s'],
    messages: [bytes / size / wall, '1/s'],
    cpu_per_gigabyte: [cpu / (bytes / 1e9), 's/GB'],
    busy_cores: [cpu / wall, 'cores'],
  };
}

async function throughput(RTCPeerConnection, options) {
  return bulk(await openPair(RTCPeerConnection), options);
}

async function rtt(RTCPeerConnection, {size, seconds, wait}) {
  const pair = await openPair(RTCPeerConnection);
  const ping = new Uint8Array(size).fill(0x2a);
  const [near, far] = pair.reliable;
  far.onmessage = ({data}) => far.send(data);
  const once = () =>
    new Promise((resolve) => {
      near.onmessage = resolve;
      near.send(ping);
    });
  const samples = [];
  const usage = new Usage();
  while (usage.wall() < seconds) {
    const began = milliseconds();
    await once();
    samples.push(1e3 * (milliseconds() - began));
    // As peerlane-bench does, so that each ping finds the threads at rest.
    if (wait === 'block') await sleep(1);
  }
  return {
    round_trip_p50: [percentile(samples, 0.5), 'us'],
    round_trip_p99: [percentile(samples, 0.99), 'us'],
    busy_cores: [usage.cpu() / usage.wall(), 'cores'],
  };
}

async function connect(RTCPeerConnection, {count}) {
  const samples = [];
  const usage = new Usage();
  for (let i = 0; i < count; ++i) {
    const began = milliseconds();
    const pair = await openPair(RTCPeerConnection);
    samples.push(milliseconds() - began);
    pair.close();
  }
  return {
    connect_p50: [percentile(samples, 0.5), 'ms'],
    connect_p90: [percentile(samples, 0.9), 'ms'],
    connect_max: [percentile(samples, 1), 'ms'],
    cpu_per_pair: [(1e3 * usage.cpu()) / count, 'ms'],
    busy_cores: [usage.cpu() / usage.wall(), 'cores'],
  };
}

async function scale(RTCPeerConnection, {pairs: count}) {
  const pairs = [await openPair(RTCPeerConnection)];
  const before = process.memoryUsage.rss();
  const usage = new Usage();
  for (let i = 0; i < count; ++i) pairs.push(await openPair(RTCPeerConnection));
  const connected = usage.wall();
  await sleep(1000);
  return {
    connect_total: [connected, 's'],
    memory_per_connection: [(process.memoryUsage.rss() - before) / 2e3 / count, 'kB'],
    busy_cores: [usage.cpu() / usage.wall(), 'cores'],
  };
}

async function idle(RTCPeerConnection, {pairs: count, seconds, warmup}) {
  const pairs = await openPairs(RTCPeerConnection, count);
  await sleep(1e3 * warmup);
  const usage = new Usage();
  await sleep(1e3 * seconds);
  const busy = usage.cpu() / usage.wall();
  if (!pairs.every(({ends}) => ends.every(({connectionState}) => connectionState === 'connected'))) {
    throw new Error('a connection did not stay connected');
  }
  return {idle_cpu: [100 * busy, '%'], busy_cores: [busy, 'cores']};
}

/** Calls `work` so many times a second. */
async function frames(hz, time, work) {
  const usage = new Usage();
  for (let next = 0; usage.wall() < time;) {
    work(usage.wall());
    next += 1 / hz;
    await sleep(Math.max(0, 1e3 * (next - usage.wall())));
  }
  return usage;
}

async function fanout(RTCPeerConnection, {pairs: count, hz, size, seconds, warmup}) {
  const pairs = await openPairs(RTCPeerConnection, count);
  const message = new Uint8Array(size).fill(0x11);
  let sent = 0;
  let received = 0;
  for (const {unreliable} of pairs) unreliable[1].onmessage = () => ++received;
  await sleep(1e3 * warmup);
  const usage = await frames(hz, seconds, () => {
    for (const {unreliable} of pairs) {
      unreliable[0].send(message);
      ++sent;
    }
  });
  const [wall, cpu] = [usage.wall(), usage.cpu()];
  await sleep(100);
  if (received === 0) throw new Error('nothing arrived');
  return {
    cpu_per_message: [(1e6 * cpu) / sent, 'us'],
    messages: [sent / wall, '1/s'],
    received: [(100 * received) / sent, '%'],
    busy_cores: [cpu / wall, 'cores'],
  };
}

/** A pair and its own relay, which begins to lose when the pair is open: what that does to connecting is random. */
async function openRelayed(RTCPeerConnection, {relay: bench, rtt, loss}) {
  const relay = new Relay(bench, rtt);
  const pair = await openPair(RTCPeerConnection, relay);
  relay.lose(loss);
  return {relay, pair};
}

const counted = (counters) => ({
  relay_lost: [counters.relay_lost, ''],
  relay_overflowed: [counters.relay_overflowed, ''],
  peers_overflowed: [counters.peers_overflowed, ''],
  relay_late_p99: [counters.relay_late_p99, 'ms'],
});

async function wan(RTCPeerConnection, options) {
  const {relay, pair} = await openRelayed(RTCPeerConnection, options);
  const metrics = await bulk(pair, options);
  return {...metrics, ...counted(await relay.close())};
}

async function game(RTCPeerConnection, options) {
  const lanes = [];
  for (const name of ['unreliable', 'reliable']) {
    const {relay, pair} = await openRelayed(RTCPeerConnection, options);
    const [from, to] = pair[name];
    const lane = {name, relay, from, sent: 0, delays: []};
    to.onmessage = ({data}) => {
      const stamp = new DataView(data).getFloat64(0);
      // 0 where it is not measured.
      if (stamp > 0) lane.delays.push(milliseconds() - stamp);
    };
    lanes.push(lane);
  }
  const packet = new DataView(new ArrayBuffer(options.size));
  const usage = await frames(options.hz, options.warmup + options.seconds, (time) => {
    for (const lane of lanes) {
      const measured = time >= options.warmup;
      packet.setFloat64(0, measured ? milliseconds() : 0);
      lane.from.send(packet.buffer);
      if (measured) ++lane.sent;
    }
  });
  const busy = usage.cpu() / usage.wall();
  const [, reliable] = lanes;
  const patience = new Usage();
  while (reliable.delays.length < reliable.sent) {
    if (patience.wall() > 20) throw new Error('reliable packets did not arrive in 20 s');
    await sleep(20);
  }
  await sleep(options.rtt + 50);
  const metrics = {busy_cores: [busy, 'cores']};
  for (const {name, delays, sent} of lanes) {
    metrics[`${name}_delay_p50`] = [percentile(delays, 0.5), 'ms'];
    metrics[`${name}_delay_p99`] = [percentile(delays, 0.99), 'ms'];
    metrics[`${name}_delay_max`] = [percentile(delays, 1), 'ms'];
    metrics[`${name}_arrived`] = [(100 * delays.length) / sent, '%'];
  }
  await lanes[0].relay.close();
  return {...metrics, ...counted(await reliable.relay.close())};
}

/** What they do, and the options that each takes, with their defaults. */
export const commands = {
  throughput: {run: throughput, options: {size: 65536, seconds: 2, warmup: 0.5}},
  messages: {run: throughput, options: {size: 64, seconds: 2, warmup: 0.5}},
  rtt: {run: rtt, options: {size: 64, seconds: 2, wait: 'spin'}},
  connect: {run: connect, options: {count: 200}},
  scale: {run: scale, options: {pairs: 200}},
  idle: {run: idle, options: {pairs: 200, seconds: 5, warmup: 2}},
  fanout: {run: fanout, options: {pairs: 50, hz: 60, size: 100, seconds: 4, warmup: 0.5}},
  wan: {run: wan, options: {rtt: 50, loss: 0, size: 16384, seconds: 5, warmup: 2, relay: ''}},
  game: {run: game, options: {rtt: 50, loss: 2, hz: 60, size: 100, seconds: 20, warmup: 1, relay: ''}},
};
