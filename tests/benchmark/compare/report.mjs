// SPDX-License-Identifier: MIT
// The judged rows as text: on the terminal, and as the table in docs/performance.md.

/** Three digits, never a power of ten; a dash for what is not there. */
export function shown(value) {
  if (value === undefined || value === null) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

const times = (value) => (value === undefined || value === null ? '–' : value.toFixed(2));

export function shownGoal({goal, more, unit}) {
  if (goal.below !== undefined) return `below ${goal.below} ${unit}`.trim();
  if (goal.above !== undefined) return 'above the limit';
  return `${more ? 'at least' : 'at most'} ${goal.times} times${goal.of ? ` ${goal.of}` : ''}`;
}

/** One line for the terminal. */
export function sentence(row) {
  const values = Object.entries(row.values).map(([name, value]) => `${name} ${shown(value)}`).join(', ');
  const parts = [`${row.label}: ${values} ${row.unit}`.trim()];
  if (row.toBest !== undefined) parts.push(`${times(row.toBest)} of the best other`);
  if (row.toLimit !== undefined) parts.push(`${times(row.toLimit)} of the limit ${shown(row.limit)}`);
  parts.push(`goal ${shownGoal(row)}`);
  if (row.busyCores !== undefined) parts.push(`${row.busyCores.toFixed(2)} cores busy`);
  return `${row.met ? 'met ' : 'open'}  ${parts.join('; ')}`;
}

export function table(rows, peers, note) {
  const names = ['peerlane', ...peers];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['what', ...names, 'to the best other', 'limit here', 'to the limit', 'goal', '']),
    `|---|${'---:|'.repeat(names.length + 3)}---|---|`,
    ...rows.map((row) => line([
      row.unit ? `${row.label} (${row.unit})` : row.label,
      ...names.map((name) => shown(row.values[name])),
      times(row.toBest), shown(row.limit), times(row.toLimit), shownGoal(row), row.met ? 'met' : 'open',
    ])),
    '',
    note,
    '',
  ].join('\n');
}

/** The page with what lies between `<!-- name -->` and `<!-- end of name -->` replaced. */
export function replaceBetween(page, name, text) {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no place for ${name}`);
  return page.slice(0, from + begin.length) + text + page.slice(to);
}
