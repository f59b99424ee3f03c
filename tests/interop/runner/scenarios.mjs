// SPDX-License-Identifier: MIT
// What every pair must do. Each scenario begins with new connections; a wait that is not over at its deadline fails.

import {iceUfrag} from './call.mjs';
import {noticesSilence} from './silence.mjs';

const WELL = {text: 'all is well'};

/** One channel with these options, created by the offering end, carries messages both ways. */
const lane = (label, options, payloads) => async (call) => {
  await call.connect({channels: [{label, options}]});
  for (const payload of payloads) await call.exchange(label, payload);
};

const sized = (size) => lane('x', {}, [{kind: 'binary', size}, {kind: 'text', size}]);

async function negotiatedLater(call) {
  const options = {negotiated: true, id: 42};
  await call.connect();
  call.create(call.offerer, 'later', options);
  call.create(call.answerer, 'later', options);
  await call.opened(call.offerer, 'later', options);
  await call.exchange('later', WELL);
  await call.exchange('x', WELL);
}

const openedLater = (opener) => async (call) => {
  await call.connect();
  await call.exchange('x', WELL);
  call.create(opener(call), 'later');
  await call.opened(opener(call), 'later');
  await call.exchange('later', WELL);
  await call.exchange('x', WELL);
};

const closeOfChannel = (closer) => async (call) => {
  await call.connect({channels: [{label: 'x'}, {label: 'stays'}]});
  await call.exchange('x', WELL);
  closer(call).send({cmd: 'close-channel', ch: 'x'});
  await Promise.all([call.closed(call.us, 'x'), call.closed(call.peer, 'x')]);
  await call.exchange('stays', WELL);
};

async function reopened(call) {
  await call.connect({channels: [{label: 'stays'}]});
  for (const [round, opener] of [call.offerer, call.answerer, call.offerer].entries()) {
    const label = `round ${round}`;
    call.create(opener, label);
    await call.opened(opener, label);
    await call.exchange(label, WELL);
    opener.send({cmd: 'close-channel', ch: label});
    await Promise.all([call.closed(call.us, label), call.closed(call.peer, label)]);
  }
  await call.exchange('stays', WELL);
}

/** Where an end says "closed" before the other end's reset of the stream is there: what is behind that reset, is there. */
async function reallyClosed(call) {
  const early = [call.us, call.peer].find((agent) => agent.peer.closesEarly);
  if (!early) return;
  call.note(early.peer.closesEarly);
  await call.exchange('stays', WELL);
}

async function idReuse(call) {
  await call.connect({channels: [{label: 'stays'}]});
  for (const label of ['first', 'second']) {
    const options = {negotiated: true, id: 7};
    call.create(call.offerer, label, options);
    call.create(call.answerer, label, options);
    await call.opened(call.offerer, label, options);
    await call.exchange(label, WELL);
    call.offerer.send({cmd: 'close-channel', ch: label});
    await Promise.all([call.closed(call.us, label), call.closed(call.peer, label)]);
    await reallyClosed(call);
  }
  await call.exchange('stays', WELL);
}

async function noTrickle(call) {
  await call.connect({trickle: false});
  await call.exchange('x', WELL);
  for (const agent of [call.us, call.peer]) {
    if (agent.candidates > 0) throw new Error(`${agent.role} trickled`);
  }
  if (!/^a=candidate:/m.test(call.us.descriptions[0].sdp)) throw new Error('no candidate in our description');
}

async function trickle(call) {
  await call.connect();
  await call.exchange('x', WELL);
  await call.us.event('end-of-candidates');
  if (/^a=candidate:/m.test(call.us.descriptions[0].sdp)) throw new Error('candidates in our first description');
  if (call.us.candidates === 0) throw new Error('we trickled no candidate');
}

const iceRestart = (actor) => async (call) => {
  await call.connect();
  await call.exchange('x', WELL);
  const before = new Map([call.us, call.peer].map((agent) => [agent, iceUfrag(agent.descriptions.at(-1).sdp)]));
  const answer = call.other(actor(call)).next('second description', ({type, sdp}) =>
    type === 'answer' && iceUfrag(sdp) !== before.get(call.other(actor(call))));
  actor(call).send({cmd: 'offer', iceRestart: true});
  await answer;
  if (iceUfrag(actor(call).descriptions.at(-1).sdp) === before.get(actor(call))) {
    throw new Error(`${actor(call).role} offers the old ICE credentials`);
  }
  // Long enough that the new path is taken in between, if it ever is.
  for (let i = 0; i < 20; ++i) await call.exchange('x', {kind: 'binary', size: 1000 + i});
  for (const agent of [call.us, call.peer]) {
    const state = agent.log.findLast(({way, line}) => way === '>' && line.ev === 'state').line;
    if (state.connection === 'failed' || state.connection === 'closed') {
      throw new Error(`${agent.role} is ${state.connection} after the restart`);
    }
  }
};

const isOver = ({ev, connection}) =>
  (ev === 'state' && ['disconnected', 'failed', 'closed'].includes(connection)) || ev === 'channel-close';

const closeOfConnection = (closer) => async (call) => {
  await call.connect();
  await call.exchange('x', WELL);
  const other = call.other(closer(call));
  // A transport that goes away is an error to some.
  for (const agent of [call.us, call.peer]) agent.allowErrors = true;
  closer(call).send({cmd: 'close'});
  await closer(call).event('closed');
  await call.closed(other, 'x');
  if (!other.peer.ours) return;
  const {silentClose} = closer(call).peer;
  if (silentClose) call.note(silentClose);
  const states = silentClose ? ['closed', 'disconnected'] : ['closed'];
  await other.next(
    `state ${states.join(' or ')}`, ({ev, connection}) => ev === 'state' && states.includes(connection));
};

async function killOfPeer(call) {
  await call.connect();
  await call.exchange('x', WELL);
  call.us.allowErrors = true;
  call.peer.allowErrors = true;
  const gone = call.peer.kill();
  await noticesSilence(call, call.us.now());
  await gone;
}

async function killOfUs(call) {
  await call.connect();
  await call.exchange('x', WELL);
  call.us.allowErrors = true;
  call.peer.allowErrors = true;
  await call.us.kill();
  await call.peer.next('sign that we are gone', isOver, 60000);
}

async function severalChannels(call) {
  const channels = Array.from({length: 8}, (_, i) => ({label: `lane ${i}`}));
  await call.connect({channels});
  await Promise.all(channels.map(({label}, i) => call.exchange(label, {text: `message for lane ${i}`})));
}

/** Ids far beyond those that a stack keeps a place for at first, on both sides; some are closed, and others go on. */
async function manyChannels(call) {
  const labels = (end) => Array.from({length: 70}, (_, i) => `${end} ${i}`);
  await call.connect({channels: labels('offerer').map((label) => ({label}))});
  for (const label of labels('answerer')) call.create(call.answerer, label);
  for (const label of labels('answerer')) await call.opened(call.answerer, label);
  const all = [...labels('offerer'), ...labels('answerer')];
  await Promise.all(all.map((label) => call.exchange(label, {text: `message for ${label}`})));
  for (const [closer, label] of [[call.offerer, 'answerer 60'], [call.answerer, 'offerer 69']]) {
    closer.send({cmd: 'close-channel', ch: label});
    await Promise.all([call.closed(call.us, label), call.closed(call.peer, label)]);
  }
  await Promise.all(['offerer 0', 'offerer 68', 'answerer 69'].map((label) => call.exchange(label, WELL)));
}

async function negotiatedHighId(call) {
  await call.connect();
  const options = {negotiated: true, id: 900};
  call.create(call.offerer, 'high', options);
  call.create(call.answerer, 'high', options);
  await call.opened(call.offerer, 'high', options);
  await call.exchange('high', WELL);
  await call.exchange('x', WELL);
}

async function negotiatedBefore(call) {
  const channel = {label: 'agreed', options: {negotiated: true, id: 11}};
  await call.connect({channels: [channel], answererChannels: [channel]});
  await call.exchange('agreed', WELL);
}

async function burst(call) {
  await call.connect();
  await Promise.all([call.us, call.peer].map(
    (agent) => call.deliver(agent, 'x', {kind: 'binary', size: 1000, count: 1000})));
}

const offerer = (call) => call.offerer;
const answerer = (call) => call.answerer;

/** `slow`: waits for timeouts, costs no processor time, and ends one of the agents. */
export const scenarios = [
  {name: 'text', run: lane('x', {}, [{text: 'Hello, lane! Grüße, 道, 🛣'}])},
  {name: 'binary', run: lane('x', {}, [{kind: 'binary', size: 1}, {kind: 'binary', size: 1000}])},
  {name: 'empty text', run: lane('x', {}, [{text: ''}, WELL])},
  {name: 'empty binary', run: lane('x', {}, [{kind: 'binary', size: 0}, WELL])},
  {name: '16 KiB', run: sized(16384)},
  {name: '64 KiB − 1', run: sized(65535)},
  {name: '256 KiB', run: sized(262144)},
  {name: 'several channels', run: severalChannels},
  {name: 'many channels', run: manyChannels},
  {name: 'unicode label', run: lane('Straße 道路 🛣', {}, [WELL])},
  {name: 'empty label', run: lane('', {}, [WELL])},
  {name: 'protocol', run: lane('x', {protocol: 'lane.v1 ü'}, [WELL])},
  {name: 'unordered', run: lane('x', {ordered: false}, [WELL, {kind: 'binary', size: 20000}])},
  {name: 'maxRetransmits 0', run: lane('x', {maxRetransmits: 0}, [WELL])},
  {name: 'maxRetransmits 3', run: lane('x', {ordered: false, maxRetransmits: 3}, [WELL])},
  {name: 'maxPacketLifeTime', run: lane('x', {maxPacketLifeTime: 500}, [WELL])},
  {name: 'negotiated before connecting', run: negotiatedBefore},
  {name: 'negotiated after connecting', run: negotiatedLater},
  {name: 'negotiated with a high id', run: negotiatedHighId},
  {name: 'opened later by the offerer', run: openedLater(offerer)},
  {name: 'opened later by the answerer', run: openedLater(answerer)},
  {name: 'burst of 1000', run: burst},
  {name: 'channel closed by the offerer', run: closeOfChannel(offerer)},
  {name: 'channel closed by the answerer', run: closeOfChannel(answerer)},
  {name: 'new channels after closed ones', run: reopened},
  {name: 'id reuse after a close', run: idReuse},
  {name: 'trickle', run: trickle},
  {name: 'no trickle', run: noTrickle},
  {name: 'ICE restart by the offerer', run: iceRestart(offerer)},
  {name: 'ICE restart by the answerer', run: iceRestart(answerer)},
  {name: 'connection closed by the offerer', run: closeOfConnection(offerer)},
  {name: 'connection closed by the answerer', run: closeOfConnection(answerer)},
  {name: 'kill of the peer', run: killOfPeer, slow: true},
  {name: 'kill of us', run: killOfUs, slow: true},
];
