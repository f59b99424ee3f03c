// SPDX-License-Identifier: MIT
// The implementations: how each is started, and what was seen that it cannot do. Nothing of ours is excused here.
//
// limits: scenario → why it is left out. The scenario is a name of scenarios.mjs, networks.mjs or faults.mjs; "name, we
//         offer" and "name, it offers" hold for one direction only.
// blind:  what the implementation's interface does not report, as "local key" or "remote key" for a channel that it
//         created or received; "id" for both. The scenario runs, without that check.
// accidents: a known race of the peer, told by its own words. Such a case is run once more; what fails twice, fails.
// maxSend: the largest message that it sends, in bytes.
// closesEarly: what is said where it calls a channel closed before the other end has reset its stream too (RFC 8831
//         section 6.7): a channel that is then opened with the same id is closed by that reset.
// silentClose: what is said where it may close without DTLS's close_notify. Then nothing but silence tells its end.

import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const common = {limits: {}, blind: {}, accidents: [], maxSend: Infinity, environment: {}};

const UNSEEN_OPTIONS = 'node-datachannel reports every incoming channel as ordered and reliable';
const NODE_DATACHANNEL_BLIND = {
  'id': 'node-datachannel reports the id that a channel had before it was assigned',
  'remote ordered': UNSEEN_OPTIONS,
  'remote maxRetransmits': UNSEEN_OPTIONS,
  'remote maxPacketLifeTime': UNSEEN_OPTIONS,
};

const AIORTC_LENGTHS = 'aiortc opens a channel with the lengths of label and protocol in characters instead of bytes';
const PION_ROLE =
  'Pion answers an offer of the former answerer with another DTLS role than it has (libwebrtc refuses that too)';
// libwebrtc in our place loses the connection too.
const NODE_DATACHANNEL_STAYS = 'node-datachannel in control keeps to the old address, and has no ICE restart';
const ICE_RESTARTS = [
  'ICE restart by the offerer', 'ICE restart by the answerer', 'ICE restart by us', 'ICE restart by the peer',
  'ICE restart by us, candidates first', 'ICE restart by the peer, candidates first',
];
const limitsOf = (scenarios, reason) => Object.fromEntries(scenarios.map((name) => [name, reason]));

// It hands a remote answer to ICE first and stores it then. On a busy machine a whole DTLS handshake fits in between and
// finds no fingerprint to compare with: "certificate verify failed", and all transports are taken down.
const NODE_DATACHANNEL_ACCIDENT = /remote candidate without ICE transport/;

/** All peers, by the name that is given on the command line. */
export function peers({agent, pion}) {
  const list = [
    {name: 'peerlane', title: 'peerlane', command: [agent], ours: true},
    {name: 'wrtc', title: '@roamhq/wrtc', command: [process.execPath, here('peers/wrtc/agent.mjs')]},
    {
      name: 'node-datachannel',
      title: 'node-datachannel',
      command: [process.execPath, here('peers/node-datachannel/agent.mjs')],
      blind: NODE_DATACHANNEL_BLIND,
      accidents: [NODE_DATACHANNEL_ACCIDENT],
      closesEarly: 'node-datachannel calls a channel closed before it is; its id is used again a message later',
      silentClose: 'node-datachannel often closes without a close_notify; then its silence tells, after 5 s',
      limits: {
        ...limitsOf(ICE_RESTARTS, 'node-datachannel has no ICE restart'),
        'no UDP at either end, TURN over TCP': 'node-datachannel has no TURN over TCP',
        'NAT rebinding at our end, it offers': NODE_DATACHANNEL_STAYS,
      },
    },
    {
      name: 'aiortc',
      title: 'aiortc',
      command: ['/usr/bin/python3', here('peers/aiortc/agent.py')],
      limits: {
        ...limitsOf(ICE_RESTARTS, 'aiortc has no ICE restart'),
        'only `lo`': 'aiortc uses no loopback addresses',
        'unicode label, it offers': AIORTC_LENGTHS,
        'protocol, it offers': AIORTC_LENGTHS,
      },
    },
    {
      name: 'pion',
      title: 'Pion',
      command: [pion],
      maxSend: 65535,
      limits: limitsOf([
        'ICE restart by the answerer, it offers', 'ICE restart by us, it offers',
        'ICE restart by us, candidates first, it offers',
      ], PION_ROLE),
    },
    {name: 'chromium', title: 'Chromium', command: [process.execPath, here('peers/chromium/agent.mjs')]},
  ];
  return new Map(list.map((peer) => [peer.name, {...common, ...peer}]));
}

export function missingProgram({command}) {
  return command.find((part) => part.startsWith('/') && !existsSync(part));
}
