// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {best, judge, meets, median, ratio} from './judge.mjs';

const line = (metrics, units = {}) => ({parameters: {pairs: 4}, metrics, units});

test('the median is a value that was measured, whatever else was not', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 9, 2, 1]), 2);
  assert.equal(median([undefined, NaN, 7]), 7);
  assert.equal(median([]), undefined);
});

test('the best of the others is the most or the least, of those that measured something', () => {
  assert.equal(best([3, undefined, 8], true), 8);
  assert.equal(best([3, undefined, 8], false), 3);
  assert.equal(best([undefined], true), undefined);
});

test('there is no ratio to nothing', () => {
  assert.equal(ratio(6, 3), 2);
  assert.equal(ratio(undefined, 3), undefined);
  assert.equal(ratio(6, undefined), undefined);
  assert.equal(ratio(6, 0), undefined);
});

test('a goal against the others needs one of them', () => {
  const goal = {times: 5};
  assert.equal(meets({more: true, goal}, {ours: 10, toOther: 5}), true);
  assert.equal(meets({more: true, goal}, {ours: 10, toOther: 4.99}), false);
  assert.equal(meets({goal: {times: 0.25}}, {ours: 1, toOther: 0.25}), true);
  assert.equal(meets({goal: {times: 0.25}}, {ours: 1, toOther: 0.26}), false);
  assert.equal(meets({more: true, goal}, {ours: 10}), false);
});

test('an absolute goal does not ask what the others do, but what we measured', () => {
  assert.equal(meets({goal: {below: 2}}, {ours: 1.9, toOther: 40}), true);
  assert.equal(meets({goal: {below: 2}}, {ours: 2, toOther: 0.1}), false);
  assert.equal(meets({goal: {below: 2}}, {}), false);
  assert.equal(meets({goal: {above: 'bound'}}, {ours: 3, bar: 2.9}), true);
  assert.equal(meets({goal: {above: 'bound'}}, {ours: 3, bar: 3}), false);
  assert.equal(meets({goal: {above: 'bound'}}, {ours: 3}), false);
});

test('a row has the medians of its variant, and the ratios to the best other and to the limit', () => {
  const runs = {
    ours: {
      2: [line({throughput: 100, busy_cores: 1.5}, {throughput: 'MB/s'}), line({throughput: 300, busy_cores: 1.9}),
        line({throughput: 200, busy_cores: 1.7})],
      1: [line({throughput: 1})],
    },
    theirs: {slow: [line({throughput: 10})], fast: [line({throughput: 40}), line({throughput: 50})], broken: []},
  };
  const row = {label: 'bulk', variant: '2', metric: 'throughput', more: true, goal: {times: 5}, limit: ({most}) => most};
  const judged = judge(row, runs, {most: 400});
  assert.deepEqual(judged.values, {peerlane: 200, slow: 10, fast: 40, broken: undefined});
  assert.equal(judged.unit, 'MB/s');
  assert.equal(judged.toBest, 5);
  assert.equal(judged.toLimit, 0.5);
  assert.equal(judged.busyCores, 1.7);
  assert.equal(judged.met, true);
});

test('a bar and a limit may come from our own lines, and a value from a whole line', () => {
  const ours = {all: [line({throughput: 3, bound: 2}), line({throughput: 4, bound: 2}), line({throughput: 5, bound: 2})]};
  const above = judge({metric: 'throughput', more: true, goal: {above: 'bound'}, limit: (limits, {metrics}) => metrics.bound},
    {ours, theirs: {}}, {});
  assert.equal(above.met, true);
  assert.equal(above.toLimit, 2);
  const each = judge({value: ({metrics, parameters}) => metrics.throughput / parameters.pairs, unit: 'ms', goal: {below: 2}},
    {ours, theirs: {}}, {});
  assert.equal(each.values.peerlane, 1);
  assert.equal(each.unit, 'ms');
});

test('where we measured nothing the goal is open', () => {
  const row = {metric: 'idle_cpu', goal: {below: 2}, limit: ({none}) => none};
  const judged = judge(row, {ours: {all: []}, theirs: {other: [line({idle_cpu: 1})]}}, {});
  assert.equal(judged.met, false);
  assert.equal(judged.toBest, undefined);
  assert.equal(judged.toLimit, undefined);
});

test('a goal may name the one it is about', () => {
  const runs = {
    ours: {all: [line({total: 10})]},
    theirs: {fast: [line({total: 11})], named: [line({total: 200})]},
  };
  const row = {metric: 'total', goal: {times: 0.1, of: 'named'}};
  const judged = judge(row, runs, {});
  assert.equal(judged.met, true);
  assert.equal(judged.toBest, 10 / 11);
  assert.equal(judge({...row, goal: {times: 0.1, of: 'fast'}}, runs, {}).met, false);
  assert.equal(judge({...row, goal: {times: 0.1, of: 'nobody'}}, runs, {}).met, false);
});
