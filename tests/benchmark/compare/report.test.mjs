// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {measurements} from './measurements.mjs';
import {replaceBetween, sentence, shown, shownGoal, table} from './report.mjs';

const row = {
  label: 'bulk', unit: 'MB/s', values: {peerlane: 381.4, other: 61.25, broken: undefined}, toBest: 6.2269, limit: 550,
  toLimit: 0.6935, goal: {times: 5}, more: true, met: true, busyCores: 1.9,
};

test('figures have three digits and no power of ten', () => {
  assert.equal(shown(123456), '123456');
  assert.equal(shown(61.25), '61.3');
  assert.equal(shown(0.2684), '0.268');
  assert.equal(shown(undefined), '–');
  assert.equal(shown(null), '–');
});

test('goals are said as they are judged', () => {
  assert.equal(shownGoal(row), 'at least 5 times');
  assert.equal(shownGoal({goal: {times: 0.25}}), 'at most 0.25 times');
  assert.equal(shownGoal({goal: {below: 2}, unit: '%'}), 'below 2 %');
  assert.equal(shownGoal({goal: {above: 'reno_bound'}}), 'above the limit');
});

test('the terminal gets verdict, figures and ratios', () => {
  assert.equal(sentence(row), 'met   bulk: peerlane 381, other 61.3, broken – MB/s; 6.23 of the best other; ' +
    '0.69 of the limit 550; goal at least 5 times; 1.90 cores busy');
  const absolute = {...row, values: {peerlane: 3}, unit: '%', toBest: undefined, toLimit: undefined, goal: {below: 2}, met: false};
  assert.equal(sentence(absolute), 'open  bulk: peerlane 3.00 %; goal below 2 %; 1.90 cores busy');
});

test('the table has a column for each peer and as many cells in every line', () => {
  const lines = table([row, {...row, unit: '', met: false}], ['other', 'broken'], 'a note').split('\n');
  const cells = (line) => line.split('|').length;
  assert.equal(lines[0], '| what | peerlane | other | broken | to the best other | limit here | to the limit | goal |  |');
  assert.deepEqual(new Set(lines.slice(0, 4).map(cells)), new Set([cells(lines[0])]));
  assert.equal(lines[2], '| bulk (MB/s) | 381 | 61.3 | – | 6.23 | 550 | 0.69 | at least 5 times | met |');
  assert.match(lines[3], /^\| bulk \| .* \| open \|$/);
  assert.ok(lines.includes('a note'));
});

test('only what lies between the marks is replaced', () => {
  const page = 'before\n<!-- table -->\nold\n<!-- end of table -->\nafter\n';
  const replaced = replaceBetween(page, 'table', 'new\n');
  assert.equal(replaced, 'before\n<!-- table -->\nnew\n<!-- end of table -->\nafter\n');
  assert.equal(replaceBetween(replaced, 'table', 'new\n'), replaced);
  assert.throws(() => replaceBetween(page, 'figures', ''), /no place for figures/);
});

test('every measurement has a name of its own, and rows with a goal of one kind for a variant of ours', () => {
  const all = measurements({seconds: 1, relay: 'bench'});
  assert.equal(new Set(all.map(({id}) => id)).size, all.length);
  for (const {id, ours, rows, runs} of all) {
    assert.ok(runs >= 1, id);
    for (const {label, variant, metric, value, unit, goal} of rows) {
      assert.ok(label && (metric || (value && unit)), id);
      assert.ok(variant === undefined || variant in ours, `${id}: ${variant}`);
      const kinds = Object.keys(goal).filter((key) => key !== 'of');
      assert.equal(kinds.length, 1, label);
      assert.ok(['times', 'below', 'above'].includes(kinds[0]), label);
      assert.ok(goal.of === undefined || kinds[0] === 'times', label);
    }
  }
});
