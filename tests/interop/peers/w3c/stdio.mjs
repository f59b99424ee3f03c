// SPDX-License-Identifier: MIT
// Joins an agent to stdin and stdout, a JSON line for each command and event.

import {createInterface} from 'node:readline';
import {writeSync} from 'node:fs';

/** Synchronous, so that nothing is lost when the process ends, and so that a slow reader slows us down. */
export function writeLine(line) {
  let rest = Buffer.from(`${JSON.stringify(line)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

/** Gives each line to `handle` until `quit` or the end of stdin; then calls `end`. */
export function readLines(handle, end = () => process.exit(0)) {
  const lines = createInterface({input: process.stdin});
  lines.on('line', (text) => {
    if (text.trim() === '') return;
    let line;
    try {
      line = JSON.parse(text);
    } catch (error) {
      writeLine({ev: 'error', cmd: '', error: error.message});
      return;
    }
    if (line.cmd === 'quit') end();
    else handle(line);
  });
  // The native implementations keep their threads, and with them Node, alive.
  lines.on('close', end);
}
