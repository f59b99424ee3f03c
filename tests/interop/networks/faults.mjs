// SPDX-License-Identifier: MIT
// What happens to a connection, and what must become of it.

import {setTimeout as pass} from 'node:timers/promises';

import {iceUfrag} from '../runner/call.mjs';
import {noticesDisconnection, noticesSilence} from '../runner/silence.mjs';
import {behindNat, cable, heal, lose} from './topologies.mjs';
import {Traffic} from './traffic.mjs';

const HELLO = {text: 'still there'};
const TWO_MINUTES = 120000;
// How long a path may take to be found again by itself.
const RECOVERY = 20000;
// So many messages each way, and both ends have long chosen their path.
const SETTLED = 300;
// Longer than anybody holds on to a path whose checks have no answer.
const RESTARTED = 8000;

const state = (name) => ({ev, connection}) => ev === 'state' && connection === name;

/** Fails if one of the ends has given up meanwhile. */
function neverGaveUp(call, bad = ['failed', 'closed']) {
  for (const agent of [call.us, call.peer]) {
    const found = agent.states().find((word) => bad.includes(word));
    if (found) throw new Error(`${agent.role} was ${found}`);
  }
}

/** A connection with messages going both ways while `disturb` runs; in the end each of them has arrived. */
const underTraffic = (disturb) => async (call, network) => {
  await call.connect();
  const traffic = new Traffic(call);
  try {
    await traffic.flowing();
    await disturb(call, network, traffic);
    await traffic.flowing();
    await traffic.end();
  } finally {
    traffic.stop();
  }
  neverGaveUp(call);
};

async function killed(call) {
  await call.connect();
  await call.exchange('x', HELLO);
  for (const agent of [call.us, call.peer]) agent.allowErrors = true;
  const gone = call.peer.kill();
  await noticesSilence(call, call.us.now());
  await gone;
}

async function stopped(call, network, traffic) {
  call.peer.signal('SIGSTOP');
  try {
    await noticesDisconnection(call, call.us.now());
  } finally {
    call.peer.signal('SIGCONT');
  }
  await call.us.next('state connected again', state('connected'));
  await traffic.flowing();
}

const outage = (milliseconds) => async (call, network) => {
  for (const agent of [call.us, call.peer]) agent.note('outage');
  await lose(network, 100);
  try {
    await pass(milliseconds);
  } finally {
    await heal(network);
  }
  for (const agent of [call.us, call.peer]) agent.note('outage is over');
};

const busyLoss = async (call, network) => {
  await lose(network, 10);
  try {
    await pass(TWO_MINUTES);
  } finally {
    await heal(network);
  }
};

async function idleLoss(call, network) {
  await call.connect();
  await call.exchange('x', HELLO);
  await busyLoss(call, network);
  await call.exchange('x', HELLO);
  neverGaveUp(call);
}

async function restart(call, by, traffic) {
  const other = call.other(by);
  const before = [by, other].map(({descriptions}) => iceUfrag(descriptions.at(-1).sdp));
  by.send({cmd: 'offer', iceRestart: true});
  await other.next('answer to the restart', ({type, sdp}) => type === 'answer' && iceUfrag(sdp) !== before[1]);
  if (iceUfrag(by.descriptions.at(-1).sdp) === before[0]) throw new Error(`${by.role} offers the old credentials`);
  // Long enough that the new path is taken in between.
  for (let i = 0; i < 10; ++i) await traffic.flowing();
}

const restartBy = (role, time = 0) => async (call, network, traffic) => {
  await restart(call, call[role], traffic);
  await traffic.flowsFor(time);
  neverGaveUp(call, ['failed', 'closed', 'disconnected']);
};

/** What the peer says of a restart comes in the wrong order: its candidates, then the description they belong to. */
const restartOvertaken = (role) => async (call, network, traffic) => {
  let held = null;
  let ended = false;
  call.rewrite = (line, from) => {
    if (from !== call.peer) return [line];
    if (line.sdp) {
      if (ended) return [line];
      held = line;
      return [];
    }
    if (line.ev !== 'end-of-candidates') return [line];
    ended = true;
    const late = held;
    held = null;
    return late ? [line, late] : [line];
  };
  await restartBy(role)(call, network, traffic);
  if (held) throw new Error('the end of its candidates has not come');
};

/** One end's port, as the other sees it, changes. */
const rebinding = (role) => async (call, network, traffic) => {
  await traffic.passed(SETTLED);
  for (const agent of [call.us, call.peer]) agent.note('the NAT forgets everything');
  await network.nats[role].rebind();
  try {
    await traffic.flowing(RECOVERY);
  } catch (error) {
    if (call.peer.peer.ours || call.peer.peer.limits['ICE restart by us']) throw error;
    call.note(`${call.peer.peer.title} does not find the new path by itself: after an ICE restart`);
    await restart(call, call.offerer, traffic);
  }
};

const withStun = (run) => async (call, network) => {
  for (const agent of [call.us, call.peer]) call.configure(agent, {iceServers: [network.server.stun()]});
  await run(call, network);
};

const CONE = {kind: 'cone'};
const LONG = {slow: true, deadline: TWO_MINUTES + 40000};

/** `slow` ones take long and hardly any processor time; they run in one direction for each peer, by turns. */
export const faults = [
  {name: 'peer killed', topology: cable(), run: killed},
  {name: 'peer stopped and continued', topology: cable(), run: underTraffic(stopped)},
  {name: 'outage of 3 s', topology: cable(), run: underTraffic(outage(3000))},
  {name: 'outage of 8 s', topology: cable(), run: underTraffic(outage(8000))},
  {name: '10 % loss for 2 minutes, idle', topology: cable(), run: idleLoss, ...LONG},
  {name: '10 % loss for 2 minutes, busy', topology: cable(), run: underTraffic(busyLoss), ...LONG},
  {name: 'NAT rebinding at our end', topology: behindNat({us: CONE}), run: withStun(underTraffic(rebinding('us')))},
  {name: 'NAT rebinding at its end', topology: behindNat({peer: CONE}), run: withStun(underTraffic(rebinding('peer')))},
  {name: 'ICE restart by us', topology: cable(), run: underTraffic(restartBy('us', RESTARTED))},
  {name: 'ICE restart by the peer', topology: cable(), run: underTraffic(restartBy('peer', RESTARTED))},
  {name: 'ICE restart by us, candidates first', topology: cable(), run: underTraffic(restartOvertaken('us'))},
  {name: 'ICE restart by the peer, candidates first', topology: cable(), run: underTraffic(restartOvertaken('peer'))},
];
