// SPDX-License-Identifier: MIT
// libwebrtc for Node.

import {createRequire} from 'node:module';

import {Agent} from '../w3c/agent.mjs';
import {readLines, writeLine} from '../w3c/stdio.mjs';

const require = createRequire(import.meta.url);
const wrtc = require('@roamhq/wrtc');

const agent = new Agent({
  PeerConnection: wrtc.RTCPeerConnection,
  impl: '@roamhq/wrtc',
  version: require('@roamhq/wrtc/package.json').version,
  write: writeLine,
});
readLines((line) => agent.handle(line));
