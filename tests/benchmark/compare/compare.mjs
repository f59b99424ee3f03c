// SPDX-License-Identifier: MIT
// peerlane-bench and what a user would pick instead, in turn on the same machine: `tests/benchmark/run` calls it.
//   --bench FILE  --peer NAME=COMMAND…  --seconds S   what to measure
//   --repeats N  --least N   how often at most, and how often also what takes long
//   --from FILE   nothing is measured; what --json has written is judged again
//   --json FILE   every run, the limits of the machine, and the judged rows
//   --docs DIR    the table and the figures, into DIR/performance.md and next to it

import {readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';

import {figures} from './figures.mjs';
import {judge} from './judge.mjs';
import {measure, measureLimits} from './measure.mjs';
import {measurements} from './measurements.mjs';
import {replaceBetween, sentence, table} from './report.mjs';

function readOptions(words) {
  const options = {repeats: 5, least: 1, seconds: 1, peers: []};
  for (let i = 0; i < words.length; i += 2) {
    const [name, value] = [words[i].slice(2), words[i + 1]];
    if (value === undefined) throw new Error(`${words[i]} needs a value`);
    if (name === 'peer') {
      const [peer, ...command] = value.split('=');
      options.peers.push({name: peer, command: command.join('=').split(' ')});
    } else {
      options[name] = typeof options[name] === 'number' ? Number(value) : value;
    }
  }
  return options;
}

const options = readOptions(process.argv.slice(2));
const plan = measurements({seconds: options.seconds, relay: options.bench});

/** Nothing where a busy machine spoils them: the comparison is worth more. */
function limitsOf(bench) {
  try {
    return measureLimits(bench);
  } catch (error) {
    console.error(error.message);
    return {};
  }
}

function measureAll() {
  const results = {
    machine: `${cpus().length} cores, ${cpus()[0].model.trim()}`,
    repeats: options.repeats,
    least: options.least,
    peers: options.peers.map(({name}) => name),
    limits: limitsOf(options.bench),
    runs: {},
  };
  for (const measurement of plan) {
    const began = Date.now();
    results.runs[measurement.id] = measure(measurement, options);
    results.runs[measurement.id].seconds = (Date.now() - began) / 1e3;
    for (const row of measurement.rows) console.log(sentence(judge(row, results.runs[measurement.id], results.limits)));
  }
  return results;
}

const results = options.from ? JSON.parse(readFileSync(options.from, 'utf8')) : measureAll();
results.rows = plan.filter(({id}) => results.runs[id]).flatMap(({id, rows}) =>
  rows.map((row) => judge(row, results.runs[id], results.limits)));
if (options.from) results.rows.forEach((row) => console.log(sentence(row)));
console.log(`${results.rows.filter(({met}) => met).length} of ${results.rows.length} goals are met`);

if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 1));
if (options.docs) {
  const {repeats, least} = results;
  const many = `Medians of ${least === repeats ? '' : 'up to '}${repeats} runs of each, in turn`;
  const runs = repeats === 1 ? 'One run of each' : many;
  const drawn = figures(results);
  for (const {file, svg} of drawn) writeFileSync(join(options.docs, file), svg);
  const page = join(options.docs, 'performance.md');
  const images = drawn.map(({file, alt}) => `![${alt}](${file})\n`).join('\n');
  const withTable = replaceBetween(readFileSync(page, 'utf8'), 'comparison', table(results.rows, results.peers, `${runs}; ${results.machine}.`));
  writeFileSync(page, replaceBetween(withTable, 'figures', images));
}
