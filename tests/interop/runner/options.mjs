// SPDX-License-Identifier: MIT
// The command line that all suites share.

import {availableParallelism} from 'node:os';
import {parseArgs} from 'node:util';

import {missingProgram, peers as definePeers} from './peers.mjs';

export function fail(message) {
  console.error(`interop: ${message}`);
  process.exit(2);
}

/**
 * The options, who is `us`, the peers that are wanted, all that are known, and the directions: true where we offer.
 * `jobsPerProcessor`: how many pairs work at a time where the command line does not say it.
 */
export function readOptions({jobsPerProcessor, ...more}) {
  const {values: options, positionals} = parseArgs({
    allowPositionals: true,
    options: {
      agent: {type: 'string'},
      pion: {type: 'string'},
      us: {type: 'string', default: 'peerlane'},
      scenario: {type: 'string', multiple: true, default: []},
      direction: {type: 'string', default: 'both'},
      repeat: {type: 'string', default: '1'},
      jobs: {type: 'string', default: String(Math.ceil(jobsPerProcessor * availableParallelism()))},
      'ignore-limits': {type: 'boolean', default: false},
      verbose: {type: 'boolean', default: false},
      docs: {type: 'string'},
      ...more,
    },
  });
  const known = definePeers({agent: options.agent ?? '', pion: options.pion ?? ''});
  const us = known.get(options.us) ?? fail(`no such peer: ${options.us}`);
  const names = positionals.length > 0 ? positionals : [...known.keys()];
  const allNames = [...known.keys()].join(', ');
  const peers = names.map((name) => known.get(name) ?? fail(`no such peer: ${name}; there are ${allNames}`));
  for (const peer of [us, ...peers]) {
    const missing = missingProgram(peer);
    if (missing !== undefined) fail(`${peer.title}: there is no ${missing}`);
  }
  const directions = {both: [true, false], we: [true], it: [false]}[options.direction] ?? fail('--direction both|we|it');
  return {options, known, us, peers, directions};
}

/** Those whose name has one of the wanted parts; all where none is wanted. */
export function wantedOf(scenarios, parts) {
  return scenarios.filter(({name}) => parts.length === 0 || parts.some((part) => name.includes(part)));
}
