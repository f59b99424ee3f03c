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
  const pair = {ends, closed: false};
  pair.close = () => {
    pair.closed = true;
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
  ends.forEach((end, i) => {
    end.onicecandidate = async ({candidate}) => {
      if (!candidate || !loopback.test(candidate.candidate)) return;
      const {sdpMid, sdpMLineIndex} = candidate;
      const line = relay ? await relay.candidate(i === 0, candidate.candidate) : candidate.candidate;
      await described[1 - i].promise;
      // One that comes late finds the pair closed already.
      if (line && !pair.closed) await ends[1 - i].addIceCandidate({candidate: line, sdpMid, sdpMLineIndex});
    };
  });
  const describe = async (from, description) => {
    await ends[from].setLocalDescription(description);
    await ends[1 - from].setRemoteDescription(withoutCandidates(ends[from].localDescription));
    described[1 - from].resolve();
  };
  await describe(0, await ends[0].createOffer());
  await describe(1, await ends[1].createAnswer());
  await Promise.all(opened);
  return pair;
}

/** So many, a few at a time: one after another takes some implementations a second each. */
export async function openPairs(RTCPeerConnection, count) {
  const pairs = [];
  while (pairs.length < count) {
    const batch = Array.from({length: Math.min(10, count - pairs.length)}, () => openPair(RTCPeerConnection));
    pairs.push(...await Promise.all(batch));
  }
  return pairs;
}
