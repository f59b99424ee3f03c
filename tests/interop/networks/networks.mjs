// SPDX-License-Identifier: MIT
// Networks that two agents must find each other in. Each builds its machines once, for all peers.

import {randomUUID} from 'node:crypto';

import {Capture} from './capture.mjs';
import {behindNat, cable, loopback, publicAddresses} from './topologies.mjs';

const TEXT = {text: 'across the network'};
const BULK = {kind: 'binary', size: 20000};
// What RFC 8445 calls them; which one of the two is seen depends on who is faster.
const REFLEXIVE = ['srflx', 'prflx'];

/** Connects, and carries messages both ways. */
async function talk(call) {
  await call.connect();
  await call.exchange('x', TEXT);
  await call.exchange('x', BULK);
}

/** What our end says about the pair that it uses. */
async function selectedPair({us}) {
  us.send({cmd: 'stats'});
  const {localCandidate, remoteCandidate} = await us.event('stats');
  return {local: localCandidate, remote: remoteCandidate};
}

function expect(condition, text) {
  if (!condition) throw new Error(text);
}

/** Connected by this family of addresses alone. */
const family = (isExpected, name) => async (call) => {
  await talk(call);
  for (const {address} of Object.values(await selectedPair(call))) expect(isExpected(address), `${address}: no ${name}`);
};

const isLoopback = (address) => address === '127.0.0.1' || address === '::1';
const isV4 = (address) => /^10\./.test(address);
const isV6 = (address) => address.includes(':');

function servers(call, network, ours, its = ours) {
  call.configure(call.us, {iceServers: ours(network.server)});
  call.configure(call.peer, {iceServers: its(network.server)});
}

async function throughCones(call, network) {
  servers(call, network, (server) => [server.stun()]);
  await talk(call);
  const {local, remote} = await selectedPair(call);
  expect(REFLEXIVE.includes(remote.type), `the peer is behind a NAT, but its candidate is ${remote.type}`);
  expect(local.type !== 'relay', 'there is no relay, but it is used');
}

const throughRelay = (ours, its) => async (call, network) => {
  servers(call, network, ours, its);
  await talk(call);
  const {local, remote} = await selectedPair(call);
  expect(local.type === 'relay' || remote.address === network.server.address,
    `no relay between ${local.type} ${local.address} and ${remote.type} ${remote.address}`);
  for (const {line} of call.us.log.filter(({way, line: told}) => way === '>' && / typ relay /.test(told.candidate))) {
    expect(!/ raddr (127\.|::1 )/.test(line.candidate), `we told ${line.candidate}`);
  }
};

const stunAndTurn = (transport) => (server) => [server.stun(), server.turn(transport)];
const turn = (transport) => (server) => [server.turn(transport)];
const turns = (server) => [server.turns()];

/** Both have public addresses and could talk directly; with our policy each packet of ours goes to the server. */
async function relayOnly(call, network) {
  const {us, peer, server} = network;
  call.configure(call.us, {iceServers: [server.turn('udp')], iceTransportPolicy: 'relay'});
  const captures = await Promise.all([us, peer].map((host) => Capture.start(host)));
  await talk(call);
  await Promise.all(captures.map((capture) => capture.stop(server.address)));
  const direct = captures.flatMap((capture) => capture.without(server.address));
  expect(direct.length === 0, `${direct.length} packets past the server, the first one: ${direct[0]}`);
  for (const [i, host] of [us, peer].entries()) {
    expect(captures[i].between(host.address, server.address).length > 20, `${host.name}: nothing was captured`);
  }
  for (const {line} of call.us.log.filter(({way, line: told}) => way === '>' && told.candidate)) {
    expect(/ typ relay /.test(`${line.candidate} `), `we told ${line.candidate}`);
  }
}

/** Hides the addresses as a browser does: a name in place of the address, and no other trace of it. */
function hideAddress(candidate) {
  const parts = candidate.split(' ');
  parts[4] = `${randomUUID()}.local`;
  return parts.join(' ');
}

async function localNames(call) {
  call.rewrite = (line, from) => {
    if (from !== call.peer) return [line];
    // Chromium's names are its own.
    if (line.candidate?.includes('.local ')) return [line];
    if (line.candidate) return [{...line, candidate: hideAddress(line.candidate)}];
    return [line.sdp ? {...line, sdp: line.sdp.replace(/^a=candidate:.*$/gm, hideAddress)} : line];
  };
  await talk(call);
  const {remote} = await selectedPair(call);
  expect(remote.type === 'prflx', `its address was hidden, but its candidate is ${remote.type}`);
}

/** How long our gathering took by our own clock, once it is complete. */
async function gatheringTime({us}) {
  const isAt = (word) => ({ev, gathering}) => ev === 'state' && gathering === word;
  if (us.when(isAt('complete')) === undefined) await us.next('end of gathering', isAt('complete'));
  return us.when(isAt('complete')) - us.when(isAt('gathering'));
}

const badServer = (ours, complaint) => async (call, network) => {
  call.configure(call.us, {iceServers: ours(network)});
  await call.connect({open: false});
  call.us.allowErrors = true;
  await call.opened(call.offerer, 'x');
  await call.exchange('x', TEXT);
  const took = await gatheringTime(call);
  expect(took < 5500, `gathering took ${took} ms`);
  const errors = call.us.log.filter(({way, line}) => way === '>' && line.ev === 'error').map(({line}) => line.error);
  if (complaint) {
    expect(errors.length === 1 && errors[0].includes(network.server.address), `errors: ${JSON.stringify(errors)}`);
  } else {
    expect(errors.length === 0, `errors: ${JSON.stringify(errors)}`);
  }
  await call.exchange('x', BULK);
};

const both = (nat) => behindNat({us: nat, peer: nat});
const CONE = {kind: 'cone'};
const SYMMETRIC = {kind: 'symmetric'};
const NO_UDP = {kind: 'symmetric', outward: 'no UDP'};

/** `environment` is given to both agents; ours also gets the authority that signed the server's certificate. */
export const networks = [
  {name: 'only `lo`', topology: loopback, run: family(isLoopback, 'loopback address')},
  {name: 'a cable', topology: cable(), run: family(isV4, 'IPv4')},
  {name: 'IPv6 only', topology: cable({v4: false, v6: true}), run: family(isV6, 'IPv6')},
  {name: 'IPv4 and IPv6', topology: cable({v6: true}), run: talk},
  {
    name: '`.local` candidates only', topology: cable(), run: localNames,
    environment: {PEERLANE_INTEROP_PRIVACY: '1'},
  },
  {name: 'cone NATs, STUN', topology: both(CONE), run: throughCones},
  {
    name: 'symmetric NATs, TURN over UDP', topology: both(SYMMETRIC), run: throughRelay(stunAndTurn('udp')),
  },
  {
    name: 'no UDP at our end, TURN over TCP', topology: behindNat({us: NO_UDP, peer: SYMMETRIC}),
    run: throughRelay(turn('tcp'), stunAndTurn('udp')),
  },
  {name: 'no UDP at either end, TURN over TCP', topology: both(NO_UDP), run: throughRelay(turn('tcp'))},
  {
    name: 'TLS only at our end, TURN over TLS',
    topology: behindNat({us: {kind: 'symmetric', outward: 'TLS only'}, peer: SYMMETRIC}),
    run: throughRelay(turns, stunAndTurn('udp')),
  },
  {name: 'relay policy at our end', topology: publicAddresses, run: relayOnly},
  {
    name: 'wrong TURN password', topology: publicAddresses,
    run: badServer(({server}) => [server.turn('udp', 'wrong'), server.stun()], true),
  },
  {
    name: 'TURN over TLS, wrong certificate', topology: (lab) => publicAddresses(lab, {certificateFor: 'DNS:turn.example.org'}),
    run: badServer(({server}) => [server.turns(), server.stun()], true),
  },
  {
    name: 'dead STUN server', topology: publicAddresses,
    run: badServer(({silent}) => [{urls: [`stun:${silent}:3478`]}], false),
  },
];
