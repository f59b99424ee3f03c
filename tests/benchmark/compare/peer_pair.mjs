// SPDX-License-Identifier: MIT
// Two connections of an implementation with W3C's API, joined over 127.0.0.1 by the channels that peerlane-bench has.

const lanes = {
  reliable: {negotiated: true, id: 1},
  unreliable: {negotiated: true, id: 2, ordered: false, maxRetransmits: 0},
  bulk: {negotiated: true, id: 3},
};
const loopback = / udp \d+ 127\.0\.0\.1 \d+ typ host/i;
// What the description says of them would lead past the relay.
const withoutCandidates = ({type, sdp}) => ({type, sdp: sdp.replace(/^a=(candidate|end-of-candidates).*\r\n/gm, '')});

/** All channels open at both ends. `relay` may be left out. */
export async function openPair(RTCPeerConnection, relay) {
  // node-datachannel's own option; others do not know it.
  const ends = [0, 1].map(() => new RTCPeerConnection({bindAddress: '127.0.0.1'}));
  let closed = false;
  const pair = {ends};
  pair.close = () => {
    closed = true;
    ends.forEach((end) => end.close());
  };
  for (const [name, options] of Object.entries(lanes)) {
    pair[name] = ends.map((end) => end.createDataChannel(name, options));
    for (const channel of pair[name]) channel.binaryType = 'arraybuffer';
  }
  const channels = Object.keys(lanes).flatMap((name) => pair[name]);
  const opened = channels.map((channel) => new Promise((resolve) => (channel.onopen = resolve)));
  const described = ends.map(() => {
    const settled = {};
    settled.promise = new Promise((resolve) => (settled.resolve = resolve));
    return settled;
  });
  const pass = async (from, {candidate, sdpMid, sdpMLineIndex}) => {
    if (!loopback.test(candidate)) return;
    const line = relay ? await relay.candidate(from === 0, candidate) : candidate;
    await described[1 - from].promise;
    if (line) await ends[1 - from].addIceCandidate({candidate: line, sdpMid, sdpMLineIndex});
  };
  const failed = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('the channels did not open in time')), 15_000).unref();
    ends.forEach((end, i) => {
      // One that comes late may find the pair closed.
      end.onicecandidate = ({candidate}) => candidate && pass(i, candidate).catch((error) => closed || reject(error));
    });
  });
  const describe = async (from, description) => {
    await ends[from].setLocalDescription(description);
    await ends[1 - from].setRemoteDescription(withoutCandidates(ends[from].localDescription));
    described[1 - from].resolve();
  };
  const connect = async () => {
    await describe(0, await ends[0].createOffer());
    await describe(1, await ends[1].createAnswer());
    await Promise.all(opened);
  };
  await Promise.race([connect(), failed]);
  return pair;
}

/** So many, a few at a time: one after another takes some implementations a second each. */
export async function openPairs(RTCPeerConnection, count) {
  const pairs = [];
  const atOnce = 10;
  // node-datachannel sometimes closes one by itself when many begin at once.
  for (let attempts = 0; pairs.length < count && attempts < 2 * count; attempts += atOnce) {
    const batch = Array.from({length: Math.min(atOnce, count - pairs.length)}, () => openPair(RTCPeerConnection));
    for (const {value} of await Promise.allSettled(batch)) if (value) pairs.push(value);
  }
  if (pairs.length < count) throw new Error(`only ${pairs.length} of ${count} pairs connected`);
  return pairs;
}
