// SPDX-License-Identifier: MIT
// Messages that go both ways all the time, and must arrive complete, unchanged and in their order.

import {expectedMessage} from '../runner/call.mjs';

const TICK = 50;
// So many messages are under way at most; the next ones are sent when the first of them have arrived.
const WINDOW = 40;
const PER_TICK = 4;
// No sign of speed: a busy machine is no failure.
const PATIENCE = 60000;

/** One direction. */
class Flow {
  #expected = [];
  #waiters = [];
  sent = 0;
  arrived = 0;
  error = null;

  constructor(from, to, label) {
    this.from = from;
    this.to = to;
    this.label = label;
  }

  /** Sends a few, as far as the window goes. */
  tick() {
    for (let i = 0; i < PER_TICK && this.#expected.length < WINDOW && this.from.alive; ++i) {
      const number = ++this.sent;
      const payload = number % 2 ? {text: `message ${number}`} : {kind: 'binary', size: 500 + (number % 1500)};
      this.#expected.push(expectedMessage(payload));
      this.from.send({cmd: 'send', ch: this.label, ...payload}, {quiet: true});
    }
  }

  take(message) {
    ++this.arrived;
    const wanted = this.#expected.shift();
    for (const key of ['kind', 'len', 'crc']) {
      if (message[key] === wanted?.[key]) continue;
      this.error ??= new Error(
        `${this.to.role}: message ${this.arrived} has ${key}=${message[key]} instead of ${wanted?.[key]}`);
    }
    this.#waiters = this.#waiters.filter((waiter) => !waiter());
  }

  /** Waits until as many have arrived. */
  async arrival(count, timeout) {
    if (this.arrived < count) {
      let timer;
      await new Promise((resolve, reject) => {
        timer = setTimeout(() => {
          const [come, all] = [this.arrived, this.sent];
          reject(new Error(`${this.to.role}: ${come} of ${all} messages have arrived after ${timeout / 1000} s`));
        }, timeout);
        this.#waiters.push(() => {
          if (this.arrived < count) return false;
          resolve();
          return true;
        });
      }).finally(() => clearTimeout(timer));
    }
    if (this.error) throw this.error;
  }
}

export class Traffic {
  #flows;
  #timer;

  constructor(call, label = 'x') {
    this.#flows = [new Flow(call.us, call.peer, label), new Flow(call.peer, call.us, label)];
    for (const flow of this.#flows) {
      const {from, to} = flow;
      const others = to.tap;
      to.tap = (line) => {
        const ours = line.ch === label && (line.ev === 'message' || line.ev === 'sent');
        if (line.ev === 'message' && ours) flow.take(line);
        return ours || others(line);
      };
      from.note('traffic begins');
    }
    this.#timer = setInterval(() => this.#flows.forEach((flow) => flow.tick()), TICK);
  }

  /** Waits until messages that were not yet sent when this was called have arrived at both ends. */
  flowing(timeout = PATIENCE) {
    return Promise.all(this.#flows.map((flow) => flow.arrival(flow.sent + PER_TICK, timeout)));
  }

  /** Waits until messages have arrived at both ends all through this time, in milliseconds. */
  async flowsFor(time) {
    for (const end = Date.now() + time; Date.now() < end;) await this.flowing();
  }

  /** Waits until so many messages have arrived at both ends. */
  passed(count, timeout = PATIENCE) {
    return Promise.all(this.#flows.map((flow) => flow.arrival(count, timeout)));
  }

  /** Sends no more, and waits for the rest. */
  async end(timeout = PATIENCE) {
    this.stop();
    await Promise.all(this.#flows.map((flow) => flow.arrival(flow.sent, timeout)));
  }

  stop() {
    clearInterval(this.#timer);
  }
}
