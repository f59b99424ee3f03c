// SPDX-License-Identifier: MIT
// The interop agent for every implementation with the W3C's RTCPeerConnection. Runs in Node and in a browser's page, so
// it uses nothing of either. docs/interop.md has the protocol.

import {crc32, testPayload} from './payload.mjs';

const SHORT_TEXT = 256;
// Above this much unsent data the loop waits for the channel, as an application does.
const HIGH_WATER = 1 << 20;

const encoder = new TextEncoder();

/** One peer connection that a runner steers by lines (objects here). Lines are handled one after the other. */
export class Agent {
  #write;
  #PeerConnection;
  #queue = Promise.resolve();
  #connection = null;
  #channels = new Map();
  #trickle = true;
  #earlyCandidates = [];
  // Candidates and the end of them, while their description has not been written yet.
  #held = null;
  #ended = false;
  #lastState = '';

  constructor({PeerConnection, impl, version, write}) {
    this.#PeerConnection = PeerConnection;
    this.#write = write;
    write({ev: 'ready', impl, version});
  }

  handle(line) {
    this.#queue = this.#queue.then(() => this.#handle(line)).catch((error) => {
      this.#write({ev: 'error', cmd: line.cmd ?? line.type ?? 'candidate', error: String(error?.message ?? error)});
    });
    return this.#queue;
  }

  #handle(line) {
    if (line.type) return this.#description(line);
    if (line.candidate !== undefined) return this.#candidate(line);
    switch (line.cmd) {
      case 'init': return this.#init(line);
      case 'channel': return this.#wire(this.#connection.createDataChannel(line.label, line.options ?? {}), 'local');
      case 'offer': return this.#offer(line);
      case 'send': return this.#send(line);
      case 'close-channel': return this.#channel(line.ch).close();
      case 'close': return this.#close();
      case 'stats': return this.#stats();
      default: throw new Error(`no such command: ${line.cmd}`);
    }
  }

  #init(line) {
    this.#forget();
    const connection = new this.#PeerConnection(line.config ?? {});
    this.#connection = connection;
    this.#trickle = line.trickle ?? true;
    this.#held = [];
    const state = () => connection === this.#connection && this.#state();
    connection.onconnectionstatechange = state;
    connection.oniceconnectionstatechange = state;
    connection.onsignalingstatechange = state;
    connection.onicegatheringstatechange = () => {
      if (connection !== this.#connection) return;
      this.#state();
      if (connection.iceGatheringState !== 'complete') this.#ended = false;
      else if (!this.#ended) this.#end();
    };
    connection.onicecandidate = ({candidate}) => {
      if (connection !== this.#connection || !candidate?.candidate) return;
      const {sdpMid, sdpMLineIndex} = candidate;
      this.#trickled({candidate: candidate.candidate, sdpMid: sdpMid ?? null, sdpMLineIndex: sdpMLineIndex ?? null});
    };
    connection.ondatachannel = ({channel}) => connection === this.#connection && this.#wire(channel, 'remote');
    this.#write({ev: 'inited'});
  }

  #forget() {
    const former = this.#connection;
    this.#connection = null;
    this.#channels.clear();
    this.#earlyCandidates = [];
    this.#ended = false;
    this.#lastState = '';
    former?.close();
  }

  #end() {
    this.#ended = true;
    this.#trickled({ev: 'end-of-candidates'});
  }

  #trickled(line) {
    if (!this.#trickle) return;
    if (this.#held) this.#held.push(line);
    else this.#write(line);
  }

  #wire(channel, origin) {
    const connection = this.#connection;
    const {label} = channel;
    this.#channels.set(label, channel);
    channel.binaryType = 'arraybuffer';
    let told = false;
    const opened = () => {
      if (told || connection !== this.#connection) return;
      told = true;
      const {id, ordered, maxRetransmits, maxPacketLifeTime, protocol, negotiated} = channel;
      // libwebrtc for Node shows unset limits as 65535, browsers as null.
      const limit = (value) => (value === undefined || value === 65535 ? null : value);
      this.#write({
        ev: 'open', ch: label, id, ordered, maxRetransmits: limit(maxRetransmits),
        maxPacketLifeTime: limit(maxPacketLifeTime), protocol, negotiated, origin,
      });
    };
    channel.onopen = opened;
    channel.onmessage = ({data}) => {
      if (connection !== this.#connection) return;
      opened();
      const text = typeof data === 'string';
      const bytes = text ? encoder.encode(data) : new Uint8Array(data);
      const line = {ev: 'message', ch: label, kind: text ? 'text' : 'binary', len: bytes.length, crc: crc32(bytes)};
      if (text && bytes.length <= SHORT_TEXT) line.text = data;
      this.#write(line);
    };
    channel.onclose = () => connection === this.#connection && this.#write({ev: 'channel-close', ch: label});
    channel.onerror = (event) => {
      const error = String(event.error?.message ?? event.message ?? 'unknown');
      if (connection === this.#connection) this.#write({ev: 'channel-error', ch: label, error});
    };
    if (channel.readyState === 'open') opened();
  }

  #channel(label) {
    const channel = this.#channels.get(label);
    if (!channel) throw new Error(`no channel has the label ${JSON.stringify(label)}`);
    return channel;
  }

  async #offer(line) {
    this.#held ??= [];
    await this.#describe(await this.#connection.createOffer(line.iceRestart ? {iceRestart: true} : {}));
  }

  async #description({type, sdp}) {
    if (type === 'offer') this.#held ??= [];
    await this.#connection.setRemoteDescription({type, sdp});
    for (const candidate of this.#earlyCandidates.splice(0)) await this.#connection.addIceCandidate(candidate);
    if (type === 'offer') await this.#describe(await this.#connection.createAnswer());
  }

  async #describe(description) {
    const connection = this.#connection;
    await connection.setLocalDescription(description);
    if (!this.#trickle) await this.#gathered(connection);
    if (connection !== this.#connection) return;
    const {type, sdp} = this.#trickle ? description : connection.localDescription;
    this.#write({type, sdp});
    for (const line of this.#held ?? []) this.#write(line);
    this.#held = null;
  }

  async #gathered(connection) {
    if (connection.iceGatheringState === 'complete') return;
    await new Promise((resolve) => {
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') resolve();
      });
    });
  }

  async #candidate({candidate, sdpMid, sdpMLineIndex}) {
    const given = {candidate};
    // Absent and null are the same to browsers, but not to libwebrtc for Node.
    if (sdpMid != null) given.sdpMid = sdpMid;
    if (sdpMLineIndex != null) given.sdpMLineIndex = sdpMLineIndex;
    if (this.#connection.remoteDescription?.sdp) await this.#connection.addIceCandidate(given);
    else this.#earlyCandidates.push(given);
  }

  async #send(line) {
    const channel = this.#channel(line.ch);
    const text = line.text !== undefined || line.kind === 'text';
    const bytes = line.text === undefined ? testPayload(text, line.size ?? 0) : null;
    const payload = text ? line.text ?? new TextDecoder().decode(bytes) : bytes;
    for (let left = line.count ?? 1; left > 0; --left) {
      channel.send(payload);
      if (channel.bufferedAmount > HIGH_WATER) await this.#drained(channel);
    }
    this.#write({ev: 'sent', ch: line.ch});
  }

  async #drained(channel) {
    channel.bufferedAmountLowThreshold = HIGH_WATER / 2;
    await new Promise((resolve) => {
      channel.onbufferedamountlow = resolve;
      channel.addEventListener('close', resolve, {once: true});
      if (channel.bufferedAmount <= HIGH_WATER / 2) resolve();
    });
  }

  #close() {
    this.#connection.close();
    this.#state();
    this.#write({ev: 'closed'});
  }

  async #stats() {
    const all = [...(await this.#connection.getStats()).values()];
    const pair = all.find(
      ({type, nominated, state}) => type === 'candidate-pair' && nominated && state === 'succeeded');
    const candidate = (id) => {
      const found = all.find((each) => each.id === id);
      if (!found) return null;
      const {candidateType: type, protocol, address, ip, port} = found;
      return {type, protocol, address: address ?? ip, port};
    };
    this.#write({
      ev: 'stats', bytesSent: pair?.bytesSent, bytesReceived: pair?.bytesReceived,
      roundTripTime: pair?.currentRoundTripTime, localCandidate: candidate(pair?.localCandidateId),
      remoteCandidate: candidate(pair?.remoteCandidateId),
    });
  }

  #state() {
    const {connectionState, iceConnectionState, iceGatheringState, signalingState} = this.#connection;
    const line = {
      ev: 'state', connection: connectionState, ice: iceConnectionState, gathering: iceGatheringState,
      signaling: signalingState,
    };
    if (JSON.stringify(line) === this.#lastState) return;
    this.#lastState = JSON.stringify(line);
    this.#write(line);
  }
}
