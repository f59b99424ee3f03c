// SPDX-License-Identifier: MIT
// What people read: the table on the terminal and in docs/interop.md, and the traces of failures.

import {readFileSync, writeFileSync} from 'node:fs';

import {directionName} from './run_cases.mjs';

const SIGNS = {passed: '✓', failed: '✗', skipped: '–'};
const MAX_TRACE_LINES = 160;

/** Numbers reasons in the order of their first use. */
class Footnotes {
  #numbers = new Map();

  mark(reasons) {
    if (reasons.length === 0) return '';
    const numbers = reasons.map((reason) => {
      if (!this.#numbers.has(reason)) this.#numbers.set(reason, this.#numbers.size + 1);
      return this.#numbers.get(reason);
    });
    return `(${numbers.sort((a, b) => a - b).join(',')})`;
  }

  lines() {
    return [...this.#numbers].map(([reason, number]) => `(${number}) ${reason}`);
  }
}

function cell(results, footnotes) {
  return [true, false].map((weOffer) => {
    const result = results.find((each) => each.weOffer === weOffer);
    if (!result) return ' ';
    const reasons = result.outcome === 'skipped' ? [result.reason] : result.notes;
    return SIGNS[result.outcome] + footnotes.mark(reasons);
  }).join(' ');
}

function table(results, scenarios, peers, title) {
  const footnotes = new Footnotes();
  const rows = scenarios.map(({name}) => [name, ...peers.map((peer) =>
    cell(results.filter((each) => each.scenario.name === name && each.peer === peer), footnotes))]);
  return {head: [title, ...peers.map(({title}) => title)], rows, footnotes: footnotes.lines()};
}

export function terminalTable(results, scenarios, peers, title) {
  const {head, rows, footnotes} = table(results, scenarios, peers, title);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => [...row[column]].length)));
  const line = (row) => row.map((text, column) => text + ' '.repeat(widths[column] - [...text].length)).join('  ');
  return [line(head), ...rows.map(line), '', 'In each cell: we offer, it offers.', ...footnotes].join('\n');
}

const row = (cells) => `| ${cells.join(' | ')} |`;

export function markdownTable(results, scenarios, peers, title) {
  const {head, rows, footnotes} = table(results, scenarios, peers, title);
  const lines = [row(head), row(head.map(() => '---')), ...rows.map(row)];
  if (footnotes.length > 0) lines.push('', ...footnotes.map((line) => `${line}  `));
  return lines.join('\n');
}

export function markdownVersions(results, peers) {
  const version = (peer) => results.find((each) => each.peer === peer && each.versions.peer)?.versions.peer.version;
  const rows = peers.map((peer) => row([peer.title, version(peer) ?? 'unknown']));
  return [row(['implementation', 'version']), row(['---', '---']), ...rows].join('\n');
}

/** Puts a generated text between the marks of its section in a page. */
export function writeSection(file, name, text) {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->\n`];
  const page = readFileSync(file, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no section ${name}`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}${text}\n${page.slice(to)}`);
}

export function caseName({scenario, peer, weOffer}) {
  return `${peer.title}, ${directionName(weOffer)}: ${scenario.name}`;
}

/** Both agents' lines in the order of time, with the SDP as people read it. */
export function trace({trace: agents}) {
  const entries = agents.flatMap(({role, log}) => log.map((entry) => ({role, ...entry})));
  entries.sort((a, b) => a.time - b.time);
  const lines = entries.flatMap(({role, time, way, line}) => {
    const {sdp, ...rest} = line;
    const head = `${String(time).padStart(7)} ms  ${role.padEnd(4)} ${way} ${JSON.stringify(rest)}`;
    if (sdp === undefined) return [head];
    return [head, ...sdp.trimEnd().split(/\r?\n/).map((text) => `${' '.repeat(20)}${text}`)];
  });
  const shown = lines.length <= MAX_TRACE_LINES ? lines :
    [...lines.slice(0, 100), `[... ${lines.length - MAX_TRACE_LINES} lines]`, ...lines.slice(100 - MAX_TRACE_LINES)];
  const stderr = agents.flatMap(
    ({role, stderr: text}) => text.map((line) => `      stderr  ${role.padEnd(4)}   ${line}`));
  return [...shown, ...stderr].join('\n');
}
