// SPDX-License-Identifier: MIT
// The example as a process: its lines, and waiting for one of them.

import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

export class Program {
  #child;
  #lines = [];
  #waiters = new Set();

  constructor(path, args) {
    this.#child = spawn(path, args, {stdio: ['pipe', 'pipe', 'pipe']});
    this.#child.stdin.on('error', () => {});
    createInterface({input: this.#child.stdout}).on('line', (text) => this.#received(`out: ${text}`));
    createInterface({input: this.#child.stderr}).on('line', (text) => this.#received(`err: ${text}`));
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', (code, signal) => resolve(signal ?? code));
    });
  }

  get lines() {
    return this.#lines.map(({text}) => text);
  }

  type(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The first line, as "out: …" or "err: …", that matches and that no earlier call has taken. */
  line(pattern, timeout = 40000) {
    const found = this.#lines.find((line) => !line.taken && pattern.test(line.text));
    if (found) {
      found.taken = true;
      return Promise.resolve(pattern.exec(found.text));
    }
    return new Promise((resolve, reject) => {
      const waiter = {pattern, resolve};
      this.#waiters.add(waiter);
      waiter.timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`the program does not print ${pattern}`));
      }, timeout);
    });
  }

  /** Seconds of processor time that it has used. */
  processorTime() {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  end(signal = 'SIGTERM') {
    this.#child.kill(signal);
    return this.ended;
  }

  #received(text) {
    const line = {text, taken: false};
    this.#lines.push(line);
    for (const waiter of this.#waiters) {
      if (!waiter.pattern.test(text)) continue;
      line.taken = true;
      clearTimeout(waiter.timer);
      this.#waiters.delete(waiter);
      waiter.resolve(waiter.pattern.exec(text));
      return;
    }
  }
}
