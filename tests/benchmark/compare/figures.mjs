// SPDX-License-Identifier: MIT
// The figures of docs/performance.md, of all that was measured.

import {median} from './judge.mjs';
import {connectEach, sizes} from './measurements.mjs';
import {figure, looks} from './plot.mjs';
import {shown} from './report.mjs';

/** The median of y for each x, in order. */
export function points(lines, x, y) {
  const groups = new Map();
  for (const line of lines) groups.set(x(line), [...groups.get(x(line)) ?? [], y(line)]);
  return [...groups].map(([value, all]) => [value, median(all)]).filter(([, value]) => value > 0).sort(([a], [b]) => a - b);
}

const metric = (name) => ({metrics}) => metrics[name];
const parameter = (name) => ({parameters}) => parameters[name];
const shortSize = (size) => (size < 1024 ? `${size} B` : `${size / 1024} KiB`);

function linesOf(runs, prefix, pick) {
  return Object.entries(runs).filter(([id]) => id.startsWith(prefix)).flatMap(([, lines]) => pick(lines) ?? []);
}

/** What a reader who cannot see it needs: the last but one point of each line. */
function inWords(series, {title, lines}, shownX) {
  const said = lines.map(({points: all}, i) => {
    const [x, y] = all.at(-2) ?? all.at(-1) ?? [];
    return x === undefined ? '' : `${series[i].name} ${shown(y)} at ${shownX(x)}`;
  });
  return `${title}: ${said.filter(Boolean).join(', ')}.`;
}

/** `series`: {name, look, lines}; `panels`: {title, y: what a line is worth, scale, limit}; `x`: its parameter and ticks. */
function assemble({file, title, series, x, panels}) {
  const drawn = panels.map((panel) => ({
    title: panel.title,
    x: {scale: 'log', label: x.label, ticks: x.values.map((value) => ({value, text: x.text(value)}))},
    y: {scale: panel.scale},
    limit: panel.limit?.value ? panel.limit : undefined,
    lines: series.map(({look, lines}) => ({look, points: points(lines, parameter(x.parameter), panel.y)})),
  }));
  const description = drawn.map((panel) => inWords(series, panel, x.inWords)).join(' ');
  return {file, alt: `${title}. ${description}`, svg: figure({title, description, series, panels: drawn})};
}

const ours = (runs, prefix, variant) => linesOf(runs, prefix, (lines) => lines.ours[variant]);
const theirs = ({runs, peers}, prefix) =>
  peers.map((name, i) => ({name, look: 2 + (i % (looks - 2)), lines: linesOf(runs, prefix, (lines) => lines.theirs[name])}));
const found = (series, name) => points(series.flatMap(({lines}) => lines), parameter(name), () => 1).map(([value]) => value);

function bySize(results) {
  const {runs, limits} = results;
  return assemble({
    file: 'performance-size.svg',
    title: 'Bulk by the size of its messages',
    series: [
      {name: 'peerlane, two threads', look: 0, lines: ours(runs, 'bulk-', 2)},
      {name: 'peerlane, one thread', look: 1, lines: ours(runs, 'bulk-', 1)},
      ...theirs(results, 'bulk-'),
    ],
    x: {parameter: 'size', label: 'message size', values: sizes, text: shortSize, inWords: shortSize},
    panels: [
      {title: 'throughput, MB/s', y: metric('throughput'), scale: 'log',
        limit: {value: limits.floor_throughput_two_cores, text: 'two cores of this machine'}},
      {title: 'processor time of both ends, s/GB', y: metric('cpu_per_gigabyte'), scale: 'log',
        limit: {value: limits.floor_cpu_per_gigabyte, text: 'the layers by themselves', below: true}},
    ],
  });
}

function byPairs(results) {
  const series = [{name: 'peerlane', look: 0, lines: ours(results.runs, 'scale-', 'all')}, ...theirs(results, 'scale-')];
  return assemble({
    file: 'performance-pairs.svg',
    title: 'Many connections',
    series,
    x: {parameter: 'pairs', label: 'pairs in one process', values: found(series, 'pairs'), text: String,
      inWords: (count) => `${count} pairs`},
    panels: [
      {title: 'resident memory of a connection, kB', y: metric('memory_per_connection'), scale: 'linear'},
      {title: 'connecting one pair after another, ms each', y: connectEach, scale: 'log'},
    ],
  });
}

function byThreads({runs}) {
  const series = [{name: 'peerlane, 16 KiB messages', look: 0, lines: ours(runs, 'threads-', 'all')}];
  return assemble({
    file: 'performance-threads.svg',
    title: 'Eight busy pairs by the number of network threads',
    series,
    x: {parameter: 'threads', label: 'network threads', values: found(series, 'threads'), text: String,
      inWords: (count) => `${count} threads`},
    panels: [
      {title: 'throughput of all, MB/s', y: metric('throughput'), scale: 'linear'},
      {title: 'processor time of both ends, s/GB', y: metric('cpu_per_gigabyte'), scale: 'linear'},
    ],
  });
}

/** [{file, alt, svg}] */
export function figures(results) {
  return [bySize(results), byPairs(results), byThreads(results)];
}
