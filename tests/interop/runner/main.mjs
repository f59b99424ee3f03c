// SPDX-License-Identifier: MIT
// Runs scenarios between our agent and others. tests/interop/run builds the agents and calls this.

import {readOptions, wantedOf} from './options.mjs';
import {caseName, markdownTable, markdownVersions, terminalTable, trace, writeSection} from './report.mjs';
import {runCases} from './run_cases.mjs';
import {scenarios as allScenarios} from './scenarios.mjs';

const {options, known, us, peers, directions} = readOptions({jobsPerProcessor: 2});
const scenarios = wantedOf(allScenarios, options.scenario);
if (scenarios.length === 0) {
  console.log(`there are ${allScenarios.map(({name}) => name).join(', ')}`);
  process.exit(3);
}

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
