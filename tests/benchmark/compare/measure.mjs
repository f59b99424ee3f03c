// SPDX-License-Identifier: MIT
// Runs the programs, ours and the others in turn, and keeps every line that they print.

import {execFileSync} from 'node:child_process';

/** The JSON line that a program prints, also where it ends by a signal afterwards; not where it says that it failed. */
function run(command, args) {
  let text = '';
  let reason = '';
  try {
    text = execFileSync(command[0], [...command.slice(1), ...args], {timeout: 120_000, encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe']});
  } catch (error) {
    const killed = error.signal === 'SIGKILL';
    text = killed ? error.stdout ?? '' : '';
    reason = killed ? '' : `: ${String(error.stderr ?? '').trim() || error.message}`;
  }
  const line = text.split('\n').find((each) => each.startsWith('{'));
  if (!line) throw new Error(`${[...command, ...args].join(' ')} measured nothing${reason}`);
  return JSON.parse(line);
}

/** {ours: {variant: [line…]}, theirs: {peer: [line…]}}: what fails has fewer lines, or none. */
export function measure({ours, theirs, runs}, {bench, peers, repeats, least}) {
  const lines = {
    ours: Object.fromEntries(Object.keys(ours).map((variant) => [variant, []])),
    theirs: theirs ? Object.fromEntries(peers.map(({name}) => [name, []])) : {},
  };
  const keep = (name, all, command, args) => {
    try {
      all.push(run(command, args));
    } catch (error) {
      console.error(`${name}: ${error.message}`);
    }
  };
  for (let i = 0; i < Math.max(Math.min(runs, repeats), least); ++i) {
    for (const [variant, args] of Object.entries(ours)) keep('peerlane', lines.ours[variant], [bench], [...args, '--json']);
    for (const {name, command} of theirs ? peers : []) keep(name, lines.theirs[name], command, theirs);
  }
  return lines;
}

/** The metrics of `peerlane-bench limits`. */
export function measureLimits(bench) {
  return run([bench], ['limits', '--json']).metrics;
}
