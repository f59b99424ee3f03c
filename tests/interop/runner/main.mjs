// SPDX-License-Identifier: MIT
// Runs scenarios between our agent and others. tests/interop/run builds the agents and calls this.

import {parseArgs} from 'node:util';

import {missingProgram, peers as definePeers} from './peers.mjs';
import {caseName, markdownTable, markdownVersions, terminalTable, trace, writeSection} from './report.mjs';
import {runCases} from './run_cases.mjs';
import {scenarios as allScenarios} from './scenarios.mjs';

const {values: options, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    agent: {type: 'string'},
    pion: {type: 'string'},
    us: {type: 'string', default: 'peerlane'},
    scenario: {type: 'string', multiple: true, default: []},
    direction: {type: 'string', default: 'both'},
    repeat: {type: 'string', default: '1'},
    jobs: {type: 'string', default: '4'},
    'ignore-limits': {type: 'boolean', default: false},
    verbose: {type: 'boolean', default: false},
    docs: {type: 'string'},
  },
});

function fail(message) {
  console.error(`interop: ${message}`);
  process.exit(2);
}

const known = definePeers({agent: options.agent ?? '', pion: options.pion ?? ''});
const us = known.get(options.us) ?? fail(`no such peer: ${options.us}`);
const names = positionals.length > 0 ? positionals : [...known.keys()];
const allNames = [...known.keys()].join(', ');
const peers = names.map((name) => known.get(name) ?? fail(`no such peer: ${name}; there are ${allNames}`));
for (const peer of [us, ...peers]) {
  const missing = missingProgram(peer);
  if (missing !== undefined) fail(`${peer.title}: there is no ${missing}`);
}
const scenarios = allScenarios.filter(
  ({name}) => options.scenario.length === 0 || options.scenario.some((part) => name.includes(part)));
if (scenarios.length === 0) {
  console.log(`there are ${allScenarios.map(({name}) => name).join(', ')}`);
  process.exit(3);
}
const directions = {both: [true, false], we: [true], it: [false]}[options.direction] ?? fail('--direction both|we|it');

// What takes longest goes first: a browser, then the interpreter.
const order = ['chromium', 'aiortc', 'node-datachannel', 'wrtc', 'pion', 'peerlane'];
const lanes = [];
for (let round = 0; round < Number(options.repeat); ++round) {
  for (const peer of [...peers].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))) {
    for (const weOffer of directions) {
      const cases = scenarios.map((scenario) => ({scenario, us, peer, weOffer}));
      const quick = cases.filter(({scenario}) => !scenario.slow);
      if (quick.length > 0) lanes.push(quick);
      for (const each of cases.filter(({scenario}) => scenario.slow)) lanes.push([each]);
    }
  }
}

const began = Date.now();
const results = [];
await runCases(lanes, {
  ignoreLimits: options['ignore-limits'],
  jobs: Number(options.jobs),
  slowJobs: 8,
  report: (result) => {
    results.push(result);
    if (result.accident) console.log(`ran again ${caseName(result)}: ${result.accident}`);
    if (result.outcome === 'failed') {
      console.log(`FAILED ${caseName(result)}: ${result.reason}\n${trace(result)}\n`);
    } else if (options.verbose) {
      console.log(`${result.outcome} ${caseName(result)} (${result.took} ms)`);
    }
  },
});

// A failure in any round is what the table shows.
const rank = {failed: 0, passed: 1, skipped: 2};
const shown = [...results].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
const failed = results.filter(({outcome}) => outcome === 'failed');
const count = (outcome) => results.filter((each) => each.outcome === outcome).length;

console.log(terminalTable(shown, scenarios, peers, 'scenario'));
for (const each of failed) console.log(`FAILED ${caseName(each)}: ${each.reason}`);
console.log(`interop: ${count('passed')} passed, ${failed.length} failed, ${count('skipped')} skipped, ` +
            `in ${Math.round((Date.now() - began) / 1000)} s`);

const complete = us.name === 'peerlane' && peers.length === known.size && scenarios.length === allScenarios.length &&
  directions.length === 2 && !options['ignore-limits'];
if (options.docs && complete && failed.length === 0) {
  writeSection(options.docs, 'peers', markdownTable(shown, scenarios, peers, 'scenario'));
  writeSection(options.docs, 'versions', markdownVersions(shown, peers));
  console.log(`interop: the table is in ${options.docs}`);
}
process.exit(failed.length === 0 ? 0 : 1);
