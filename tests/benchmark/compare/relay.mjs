// SPDX-License-Identifier: MIT
// `peerlane-bench relay` as a child: a long or bad path between the two ends of one pair.

import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

export class Relay {
  #child;
  #waiting = [];
  #counters = {};
  #closed;

  constructor(bench, rtt) {
    this.#child = spawn(bench, ['relay', '--rtt', String(rtt), '--json'], {stdio: ['pipe', 'pipe', 'inherit']});
    createInterface({input: this.#child.stdout}).on('line', (line) => {
      // One answer for each question, in order; the last line says how the relay fared.
      if (line.startsWith('{')) this.#counters = JSON.parse(line).metrics;
      else this.#waiting.shift()?.(line);
    });
    this.#closed = new Promise((resolve) => this.#child.on('close', resolve));
  }

  /** Of the candidate of one end what the other one gets; '' for one that does not lead through the relay. */
  candidate(fromFirst, candidate) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin.write(`${fromFirst ? 'first' : 'second'} ${candidate}\n`);
    });
  }

  /** Percent of the datagrams in each direction, from now on. */
  lose(percent) {
    this.#child.stdin.write(`loss ${percent}\n`);
  }

  /** Ends it while the peers still have their sockets; what it counted. */
  async close() {
    this.#child.stdin.end();
    await this.#closed;
    return this.#counters;
  }
}
