// SPDX-License-Identifier: MIT
// libdatachannel, through the W3C interface that its Node package brings.

import {existsSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

import {Agent} from '../w3c/agent.mjs';
import {readLines, writeLine} from '../w3c/stdio.mjs';

const require = createRequire(import.meta.url);
const {RTCPeerConnection} = require('node-datachannel/polyfill');

// The package does not export its package.json.
function packageVersion(start) {
  for (let folder = dirname(start); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const {name, version} = JSON.parse(readFileSync(file, 'utf8'));
    if (name === 'node-datachannel') return version;
  }
  return 'unknown';
}

const agent = new Agent({
  PeerConnection: RTCPeerConnection,
  impl: 'node-datachannel',
  version: packageVersion(require.resolve('node-datachannel')),
  write: writeLine,
});
readLines((line) => agent.handle(line));
