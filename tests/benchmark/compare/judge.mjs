// SPDX-License-Identifier: MIT
// From the lines of all runs to figures, and whether each meets its goal.

/** Of an even number the lower middle: a value that was measured. Undefined for none. */
export function median(values) {
  const known = values.filter((value) => Number.isFinite(value));
  return known.sort((a, b) => a - b)[Math.floor((known.length - 1) / 2)];
}

export function best(values, more) {
  const known = values.filter((value) => value !== undefined);
  if (!known.length) return undefined;
  return more ? Math.max(...known) : Math.min(...known);
}

/** Ours by another; undefined where one of them is not there. */
export function ratio(ours, other) {
  return ours === undefined || !other ? undefined : ours / other;
}

/** Nothing to compare with meets no goal. */
export function meets({more, goal}, {ours, toOther, bar}) {
  if (ours === undefined) return false;
  if (goal.below !== undefined) return ours < goal.below;
  if (goal.above !== undefined) return bar !== undefined && ours > bar;
  return toOther !== undefined && (more ? toOther >= goal.times : toOther <= goal.times);
}

/** A row of the result: what was measured, as medians, with ratios and verdict. */
export function judge(row, {ours, theirs}, limits) {
  const lines = ours[row.variant ?? Object.keys(ours)[0]];
  const value = row.value ?? (({metrics}) => metrics[row.metric]);
  const values = {peerlane: median(lines.map(value))};
  for (const [name, all] of Object.entries(theirs)) values[name] = median(all.map(value));
  const {peerlane, ...others} = values;
  const toBest = ratio(peerlane, best(Object.values(others), row.more));
  const toOther = row.goal.of ? ratio(peerlane, others[row.goal.of]) : toBest;
  const bar = row.goal.above && median(lines.map(({metrics}) => metrics[row.goal.above]));
  const limit = row.limit && median(lines.map((line) => row.limit(limits, line)));
  return {
    label: row.label,
    unit: row.unit ?? lines[0]?.units[row.metric] ?? '',
    values,
    toBest,
    limit,
    toLimit: ratio(peerlane, limit),
    goal: row.goal,
    more: Boolean(row.more),
    met: meets(row, {ours: peerlane, toOther, bar}),
    busyCores: median(lines.map(({metrics}) => metrics.busy_cores)),
  };
}
