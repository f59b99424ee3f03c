// SPDX-License-Identifier: MIT
// One connection between two agents: carries the signalling and checks what arrives.

import {crc32, testPayload} from '../peers/w3c/payload.mjs';

const encoder = new TextEncoder();

/** What a message event must say about a message that was sent by this part of a `send` command. */
export function expectedMessage(payload) {
  const text = payload.text !== undefined || payload.kind === 'text';
  const bytes = payload.text === undefined ? testPayload(text, payload.size) : encoder.encode(payload.text);
  return {kind: text ? 'text' : 'binary', len: bytes.length, crc: crc32(bytes)};
}

/** max-message-size of a description: 65536 where it says nothing (RFC 8841 section 6), 0 is no limit. */
export function maxMessageSize(sdp) {
  const value = Number(/^a=max-message-size:\s*(\d+)/m.exec(sdp)?.[1] ?? 65536);
  return value === 0 ? Infinity : value;
}

export function iceUfrag(sdp) {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}

export class Call {
  /**
   * `us` and `peer` are agents; `offers` is one of them. `rewrite` may change what is carried between them: it gives the
   * lines to carry in place of one.
   */
  constructor(us, peer, offers) {
    this.us = us;
    this.peer = peer;
    this.offerer = offers;
    this.answerer = offers === us ? peer : us;
    this.notes = [];
    const config = {iceServers: [], iceTransportPolicy: 'all'};
    this.configs = new Map([[us, config], [peer, config]]);
    this.rewrite = (line) => [line];
  }

  /** Servers and policy of one end. */
  configure(agent, config) {
    this.configs.set(agent, {...this.configs.get(agent), ...config});
  }

  other(agent) {
    return agent === this.us ? this.peer : this.us;
  }

  /** Remembers that a part was left out, and why. */
  note(text) {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /** New connections at both ends, with channels at the offering one; open, unless `open` is false. */
  async connect({channels = [{label: 'x'}], answererChannels = [], trickle = true, open = true} = {}) {
    await this.begin(trickle);
    for (const {label, options} of channels) this.create(this.offerer, label, options);
    for (const {label, options} of answererChannels) this.create(this.answerer, label, options);
    this.offerer.send({cmd: 'offer'});
    if (!open) return;
    for (const {label, options} of channels) await this.opened(this.offerer, label, options);
  }

  async begin(trickle = true) {
    const start = Date.now();
    for (const agent of [this.us, this.peer]) {
      agent.onSignal = () => {};
      agent.reset(start);
    }
    await Promise.all([this.us, this.peer].map(async (agent) => {
      // What is reported before `inited` belongs to the connection before.
      agent.allowErrors = true;
      agent.send({cmd: 'init', config: this.configs.get(agent), trickle});
      const {error} = await agent.next(
        'inited', ({ev, cmd}) => ev === 'inited' || (ev === 'error' && cmd === 'init'));
      if (error) throw new Error(`${agent.role}: ${error}`);
      agent.error = null;
      agent.allowErrors = false;
    }));
    for (const agent of [this.us, this.peer]) agent.onSignal = (line) => this.#carry(line, agent);
  }

  #carry(told, from) {
    const to = this.other(from);
    for (const line of this.rewrite(told, from)) {
      if (line.ev === 'end-of-candidates') to.send({candidate: '', sdpMid: '0', sdpMLineIndex: 0});
      else to.send(line);
    }
  }

  create(agent, label, options = {}) {
    agent.send({cmd: 'channel', label, options});
  }

  /** Waits until a channel that `by` created is open at both ends, and checks what both say about it. */
  async opened(by, label, options = {}) {
    const isOpen = ({ev, ch}) => ev === 'open' && ch === label;
    const [local, remote] = await Promise.all(
      [by, this.other(by)].map((agent) => agent.next(`open of channel ${JSON.stringify(label)}`, isOpen)));
    this.#checkOpen(by, local, options, 'local');
    this.#checkOpen(this.other(by), remote, options, options.negotiated ? 'local' : 'remote');
    const blind = [by, this.other(by)].find((agent) => agent.peer.blind.id);
    if (blind) this.note(blind.peer.blind.id);
    else if (local.id !== remote.id) throw new Error(`channel ${label} has id ${local.id} here and ${remote.id} there`);
    return {local, remote};
  }

  #checkOpen(agent, open, options, origin) {
    const expected = {
      ordered: true, maxRetransmits: null, maxPacketLifeTime: null, protocol: '', negotiated: false, ...options, origin,
    };
    for (const [key, value] of Object.entries(expected)) {
      if (key === 'id') continue;
      const reason = agent.peer.blind[`${origin} ${key}`];
      if ((open[key] ?? null) === value) continue;
      if (!reason) {
        throw new Error(`${agent.role} says ${key}=${JSON.stringify(open[key])} instead of ${JSON.stringify(value)}`);
      }
      this.note(reason);
    }
  }

  /** Sends from one end and waits until all of it has arrived, unchanged and in its kind. */
  async deliver(from, label, payload) {
    const expected = expectedMessage(payload);
    const count = payload.count ?? 1;
    from.send({cmd: 'send', ch: label, ...payload});
    const sent = from.next(`sent on ${JSON.stringify(label)}`, ({ev, ch}) => ev === 'sent' && ch === label);
    const arrived = this.#arrivals(this.other(from), label, expected, count);
    await Promise.all([sent, arrived]);
  }

  async #arrivals(to, label, expected, count) {
    for (let i = 0; i < count; ++i) {
      const what = `message ${i + 1} of ${count} (${expected.kind}, ${expected.len} bytes) on ${JSON.stringify(label)}`;
      const message = await to.next(what, ({ev, ch}) => ev === 'message' && ch === label);
      for (const key of ['kind', 'len', 'crc']) {
        if (message[key] !== expected[key]) {
          throw new Error(`${to.role} received ${key}=${message[key]} instead of ${expected[key]} (${what})`);
        }
      }
    }
  }

  /** The payload in both directions, where the sizes that the ends announce (and can send) allow it. */
  async exchange(label, payload) {
    for (const from of [this.offerer, this.answerer]) {
      const to = this.other(from);
      const {len} = expectedMessage(payload);
      const limit = maxMessageSize(to.descriptions.at(-1).sdp);
      if (len > limit && to !== this.us) this.note(`${to.peer.title} takes at most ${limit} bytes, as its SDP says`);
      else if (len > from.peer.maxSend) this.note(`${from.peer.title} sends at most ${from.peer.maxSend} bytes`);
      else await this.deliver(from, label, payload);
    }
  }

  closed(agent, label, timeout) {
    return agent.next(
      `channel-close of ${JSON.stringify(label)}`, ({ev, ch}) => ev === 'channel-close' && ch === label, timeout);
  }
}
