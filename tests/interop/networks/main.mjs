// SPDX-License-Identifier: MIT
// Connects our agent with others in networks of our own, and disturbs it. tests/interop/run builds the agents and calls
// this in a sandbox.

import {readOptions, wantedOf} from '../runner/options.mjs';
import {caseName, markdownTable, terminalTable, trace, writeSection} from '../runner/report.mjs';
import {pool} from '../runner/run_cases.mjs';
import {faults} from './faults.mjs';
import {networks} from './networks.mjs';
import {runInLab} from './run_lab.mjs';

const SUITES = {networks: {title: 'network', scenarios: networks}, faults: {title: 'fault', scenarios: faults}};

const {options, known, us, peers, directions} = readOptions({
  jobsPerProcessor: 1.5, suite: {type: 'string', multiple: true, default: []},
});

// This is the first process of its process namespace: with it all others end, and so do the networks.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

const suites = options.suite.map((name) => ({name, ...SUITES[name], wanted: wantedOf(SUITES[name].scenarios, options.scenario)}));
const scenarios = suites.flatMap(({wanted}) => wanted);
if (scenarios.length === 0) {
  console.log(`there are ${suites.flatMap((suite) => suite.scenarios).map(({name}) => name).join(', ')}`);
  process.exit(3);
}

/** Slow scenarios run in one direction only: which one, changes from peer to peer and from one of them to the next. */
function directionsOf(scenario, peer) {
  if (!scenario.slow || directions.length === 1) return directions;
  return [(peers.indexOf(peer) + scenarios.indexOf(scenario)) % 2 === 0];
}

const casesOf = (scenario, peer) => directionsOf(scenario, peer).map((weOffer) => ({scenario, us, peer, weOffer}));

// A network is built once for all peers; a fault spends its time waiting, so each peer has a network of its own. Slow
// ones wait so long that they all run at a time.
const lanes = [];
for (let round = 0; round < Number(options.repeat); ++round) {
  for (const {name, wanted} of suites) {
    for (const scenario of wanted) {
      const cases = peers.map((peer) => casesOf(scenario, peer));
      if (name === 'networks') lanes.push({kind: name, cases: cases.flat()});
      else lanes.push(...cases.map((each) => ({kind: scenario.slow ? 'slow' : name, cases: each})));
    }
  }
}

const began = Date.now();
const results = [];
function report(result) {
  results.push(result);
  if (result.accident) console.log(`ran again ${caseName(result)}: ${result.accident}`);
  if (result.outcome === 'failed') console.log(`FAILED ${caseName(result)}: ${result.reason}\n${trace(result)}\n`);
  else if (options.verbose) console.log(`${result.outcome} ${caseName(result)} (${result.took} ms)`);
}

const job = ({cases}) => () => runInLab(cases, {ignoreLimits: options['ignore-limits'], report});
const jobs = Number(options.jobs);
await Promise.all(Object.entries({slow: lanes.length, networks: jobs, faults: 2 * jobs}).map(
  ([kind, size]) => pool(size, lanes.filter((lane) => lane.kind === kind).map(job))));

// A failure in any round is what the table shows.
const rank = {failed: 0, passed: 1, skipped: 2};
const shown = [...results].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
const failed = results.filter(({outcome}) => outcome === 'failed');
const count = (outcome) => results.filter((each) => each.outcome === outcome).length;

for (const {title, wanted} of suites) console.log(`${terminalTable(shown, wanted, peers, title)}\n`);
for (const each of failed) console.log(`FAILED ${caseName(each)}: ${each.reason}`);
console.log(`interop: ${count('passed')} passed, ${failed.length} failed, ${count('skipped')} skipped, ` +
            `in ${Math.round((Date.now() - began) / 1000)} s`);

const complete = us.name === 'peerlane' && peers.length === known.size && options.scenario.length === 0 &&
  directions.length === 2 && !options['ignore-limits'];
if (options.docs && complete && failed.length === 0) {
  for (const {name, title, wanted} of suites) {
    writeSection(options.docs, name, markdownTable(shown, wanted, peers, title));
  }
  console.log(`interop: the tables are in ${options.docs}`);
}
process.exit(failed.length === 0 ? 0 : 1);
