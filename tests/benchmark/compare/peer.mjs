// SPDX-License-Identifier: MIT
// What peerlane-bench measures, of another implementation with W3C's API, in the same form: both ends in this process.
//   node peer.mjs <wrtc|node-datachannel> <command> [--option value]…
// peer_commands.mjs lists the commands and options. Those with a long path take --relay: the peerlane-bench to ask for it.

import {createRequire} from 'node:module';

import {commands} from './peer_commands.mjs';

const require = createRequire(import.meta.url);
const modules = {wrtc: '@roamhq/wrtc', 'node-datachannel': 'node-datachannel/polyfill'};
const [peer, name, ...rest] = process.argv.slice(2);
const command = commands[name];
if (!modules[peer] || !command) throw new Error(`no such peer or command: ${peer} ${name}`);
const options = {...command.options};
for (let i = 0; i + 1 < rest.length; i += 2) {
  const option = rest[i].slice(2);
  if (!(option in options)) throw new Error(`${name} has no option ${rest[i]}`);
  options[option] = typeof options[option] === 'number' ? Number(rest[i + 1]) : rest[i + 1];
}

const {RTCPeerConnection} = require(modules[peer]);
const metrics = await command.run(RTCPeerConnection, options);
const take = (i) => Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, value[i]]));
const line = {name, kind: 'run', run: 1, runs: 1, parameters: options, metrics: take(0), units: take(1)};
// At once: these implementations keep the process alive, or crash it in their destructors.
process.stdout.write(JSON.stringify(line) + '\n', () => process.kill(process.pid, 'SIGKILL'));
