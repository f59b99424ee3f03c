// SPDX-License-Identifier: MIT
// One agent: its process, the lines it wrote, and waiting for one of them.

import {spawn} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

// How long an event is waited for that says nothing about speed: a busy machine is no failure.
const PATIENCE = 40000;

const ERROR_EVENTS = new Set(['error', 'channel-error']);

/** Sends a signal to a process and what it started (a browser puts its own processes into other groups), at once. */
function signalTree(root, signal) {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  for (const pid of tree) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

export class AgentProcess {
  #child;
  #waiters = new Set();
  #ended = null;
  #stderr = [];

  /**
   * `role` names the agent in what is printed; `onSignal` gets the lines for the other agent; `tap` takes lines away
   * before anybody else sees them, by returning true.
   */
  constructor(role, peer) {
    this.role = role;
    this.peer = peer;
    this.onSignal = () => {};
    this.tap = () => false;
    this.allowErrors = false;
    this.reset(Date.now());
    this.#child = spawn(peer.command[0], peer.command.slice(1), {env: {...process.env, ...peer.environment}});
    this.#child.stdin.on('error', () => {});
    createInterface({input: this.#child.stdout}).on('line', (text) => this.#received(text));
    createInterface({input: this.#child.stderr}).on('line', (text) => {
      this.#stderr.push(text);
      if (this.#stderr.length > 40) this.#stderr.shift();
    });
    this.exited = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(this.#end(error.message)));
      // 'close', not 'exit': what it wrote before its end counts.
      this.#child.on('close', (code, signal) => resolve(this.#end(`ended (${signal ?? code})`)));
    });
  }

  /** Forgets what was written: the next connection begins. */
  reset(start) {
    this.start = start;
    this.log = [];
    this.descriptions = [];
    this.candidates = 0;
    this.tap = () => false;
    this.error = null;
    this.allowErrors = false;
    this.#stderr = [];
  }

  get stderr() {
    return this.#stderr;
  }

  get alive() {
    return this.#ended === null;
  }

  /** `quiet`: not worth a line in the trace. */
  send(line, {quiet = false} = {}) {
    if (!quiet) this.log.push({time: this.now(), way: '<', line});
    this.#child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  /** A line of the trace that tells what is done to the agent. */
  note(text) {
    this.log.push({time: this.now(), way: '!', line: {note: text}});
  }

  /** Milliseconds since this connection began, as the log counts them. */
  now() {
    return Date.now() - this.start;
  }

  /** When an event happened, by the agent's own clock where it tells the time: the first one, not before `since`. */
  when(match, since = 0) {
    return this.log.find(({way, time, line}) => way === '>' && time >= since && match(line))?.time;
  }

  /** All states that were told of the connection. */
  states() {
    // What comes before `inited` is about the one before.
    const lines = this.log.filter(({way}) => way === '>').map(({line}) => line);
    const told = lines.slice(lines.findIndex(({ev}) => ev === 'inited') + 1);
    return told.filter(({ev}) => ev === 'state').map(({connection}) => connection);
  }

  /**
   * The first event that `match` accepts and that no earlier call has taken. Fails at the deadline, when the agent
   * ends, and when it reports an error.
   */
  next(what, match, timeout = PATIENCE) {
    for (const entry of this.log) {
      if (entry.way === '>' && !entry.taken && match(entry.line)) {
        entry.taken = true;
        return Promise.resolve(entry.line);
      }
    }
    if (this.error && !this.allowErrors) return Promise.reject(this.error);
    if (this.#ended) return Promise.reject(new Error(`${this.role} ${this.#ended} while waiting for ${what}`));
    return new Promise((resolve, reject) => {
      const waiter = {match, resolve, reject, what};
      waiter.timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`${this.role}: no ${what} within ${timeout / 1000} s`));
      }, timeout);
      this.#waiters.add(waiter);
    });
  }

  event(name, timeout) {
    return this.next(name, ({ev}) => ev === name, timeout);
  }

  kill() {
    if (this.alive) signalTree(this.#child.pid, 'SIGKILL');
    return this.exited;
  }

  /** Stops the process, or lets it go on: SIGSTOP, SIGCONT. */
  signal(name) {
    this.note(name);
    signalTree(this.#child.pid, name);
  }

  /** Asks first, so that a browser can clear away its profile. */
  async quit() {
    if (!this.alive) return;
    this.send({cmd: 'quit'});
    const patience = setTimeout(() => this.kill(), 10000);
    await this.exited;
    clearTimeout(patience);
  }

  #received(text) {
    let line;
    let time;
    try {
      ({time = Date.now(), ...line} = JSON.parse(text));
    } catch {
      this.#stderr.push(text);
      return;
    }
    if (this.tap(line)) return;
    const entry = {time: time - this.start, way: '>', line, taken: false};
    this.log.push(entry);
    if (line.type) this.descriptions.push(line);
    if (line.candidate) ++this.candidates;
    if (line.type || line.candidate !== undefined || line.ev === 'end-of-candidates') this.onSignal(line);
    for (const waiter of this.#waiters) {
      if (!waiter.match(line)) continue;
      entry.taken = true;
      this.#settle(waiter);
      waiter.resolve(line);
      return;
    }
    if (ERROR_EVENTS.has(line.ev)) {
      this.error ??= new Error(`${this.role} reports: ${line.error}`);
      if (!this.allowErrors) this.#fail(this.error);
    }
  }

  #end(how) {
    this.#ended = how;
    for (const waiter of this.#waiters) {
      this.#settle(waiter);
      waiter.reject(new Error(`${this.role} ${how} while waiting for ${waiter.what}`));
    }
  }

  #fail(error) {
    for (const waiter of this.#waiters) {
      this.#settle(waiter);
      waiter.reject(error);
    }
  }

  #settle(waiter) {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }
}
