// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {figures, points} from './figures.mjs';
import {figure, linearTicks, logTicks} from './plot.mjs';

/** Throws where the elements are not nested as XML wants it. */
function assertWellFormed(svg) {
  const open = [];
  const rest = svg.replace(/<(\/?)([a-z]+)((?:\s[a-z-]+:?[a-z]*="[^"<]*")*)\s*(\/?)>/gi, (tag, end, name, attributes, empty) => {
    if (end) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
    return '';
  });
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest.replace(/&(amp|lt|gt|quot);/g, ''), /[<>&]/);
}

const numbers = (svg, pattern) => [...svg.matchAll(pattern)].map((match) => match.slice(1).map(Number));

const simple = (change = {}) => figure({
  title: 'Cats & dogs', description: 'more "cats" than <dogs>',
  series: [{name: 'cats', look: 0}, {name: 'dogs', look: 2}],
  panels: [{
    title: 'weight', x: {scale: 'log', label: 'legs', ticks: [{value: 1, text: '1'}, {value: 4, text: '4'}]}, y: {scale: 'linear'},
    lines: [{look: 0, points: [[1, 10], [4, 30]]}, {look: 2, points: [[1, 20]]}], ...change,
  }],
});

test('ticks enclose what there is', () => {
  assert.deepEqual(logTicks(3, 40), [2, 5, 10, 20, 50]);
  assert.deepEqual(logTicks(10, 10), [10]);
  assert.deepEqual(logTicks(0.3, 0.6), [0.2, 0.5, 1]);
  assert.deepEqual(linearTicks(100), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(linearTicks(101), [0, 50, 100, 150]);
  assert.deepEqual(linearTicks(0.3), [0, 0.1, 0.2, 0.3]);
});

test('a figure is XML, and says to those who cannot see it what it shows', () => {
  const svg = simple();
  assertWellFormed(svg);
  assert.match(svg, /role="img" aria-labelledby="title description"/);
  assert.match(svg, /<title id="title">Cats &amp; dogs<\/title>/);
  assert.match(svg, /<desc id="description">more &quot;cats&quot; than &lt;dogs&gt;<\/desc>/);
});

test('it has a ground of its own for light and for dark', () => {
  const svg = simple();
  assert.match(svg, /<rect class="ground"/);
  assert.match(svg, /\.ground\{fill:#ffffff\}.*@media\(prefers-color-scheme:dark\)\{\.ground\{fill:#0d1117\}/);
});

test('more is higher, later is further right, and all of it lies inside', () => {
  const [[x1, y1, x2, y2]] = numbers(simple(), /class="line line0" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/g);
  assert.ok(x2 > x1 && y2 < y1);
  const [[, middle]] = numbers(simple(), /class="line line2" d="M([\d.]+) ([\d.]+)"/g);
  assert.equal(middle.toFixed(0), ((y1 + y2) / 2).toFixed(0));
  assert.ok([x1, x2].every((x) => x > 0 && x < 900) && [y1, y2].every((y) => y > 0 && y < 380));
});

test('the legend names every series by its look, and a limit is a line with its text', () => {
  const svg = simple({limit: {value: 35, text: 'heaviest'}});
  assert.match(svg, /<path class="mark2"[^>]*\/><text[^>]*>dogs<\/text>/);
  assert.match(svg, /<path class="limit"[^>]*\/>\n<text[^>]*>heaviest<\/text>/);
  assert.doesNotMatch(simple(), /<path class="limit"/);
});

test('where there is nothing to draw nothing is drawn', () => {
  const svg = simple({lines: [{look: 0, points: [[1, 10]]}, {look: 2, points: []}]});
  assertWellFormed(svg);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|d=""/);
  assertWellFormed(simple({lines: []}));
});

test('points are medians in order, without those that nobody measured', () => {
  const line = (size, throughput) => ({parameters: {size}, metrics: {throughput}});
  const lines = [line(16, 4), line(2, 1), line(16, 6), line(16, 5), line(8, undefined)];
  assert.deepEqual(points(lines, ({parameters}) => parameters.size, ({metrics}) => metrics.throughput), [[2, 1], [16, 5]]);
});

test('the figures of the documentation are drawn of what was measured, also where a peer measured nothing', () => {
  const bulk = (size, throughput) => ({parameters: {size}, metrics: {throughput, cpu_per_gigabyte: 1000 / throughput}});
  const scale = (pairs) => ({parameters: {pairs}, metrics: {connect_total: 1, memory_per_connection: 100}});
  const results = {
    peers: ['other', 'broken'],
    limits: {floor_throughput_two_cores: 500, floor_cpu_per_gigabyte: 4},
    runs: {
      'bulk-64': {ours: {1: [bulk(64, 20)], 2: [bulk(64, 40)]}, theirs: {other: [bulk(64, 10)], broken: []}},
      'bulk-65536': {ours: {1: [bulk(65536, 150)], 2: [bulk(65536, 300)]}, theirs: {other: [bulk(65536, 70)], broken: []}},
      'scale-10': {ours: {all: [scale(10)]}, theirs: {other: [scale(10)], broken: []}},
      'scale-200': {ours: {all: [scale(200)]}, theirs: {}},
      'threads-1': {ours: {all: [{parameters: {threads: 1}, metrics: {throughput: 100, cpu_per_gigabyte: 8}}]}, theirs: {}},
      'threads-2': {ours: {all: [{parameters: {threads: 2}, metrics: {throughput: 180, cpu_per_gigabyte: 9}}]}, theirs: {}},
    },
  };
  const drawn = figures(results);
  assert.deepEqual(drawn.map(({file}) => file), ['performance-size.svg', 'performance-pairs.svg', 'performance-threads.svg']);
  for (const {svg} of [...drawn, ...figures({...results, limits: {}})]) {
    assertWellFormed(svg);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  }
  assert.match(drawn[0].alt, /throughput, MB\/s: peerlane, two threads 40.0 at 64 B, .*, other 10.0 at 64 B\./);
  assert.match(drawn[0].svg, /two cores of this machine/);
  assert.doesNotMatch(figures({...results, limits: {}})[0].svg, /two cores of this machine/);
});
