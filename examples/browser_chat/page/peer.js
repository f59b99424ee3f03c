// SPDX-License-Identifier: MIT
// The connection to the program that served this page. Events: 'state', 'chat' and 'figures' with a detail, 'file' with
// a channel that the program has opened.
//
// state:  reaching     opens the WebSocket for the first time
//         connecting   the program has made its offer
//         connected    the chat is open
//         silent       nothing is heard; it may come back by itself
//         lost         the program or the connection is gone; tries again by itself
//         replaced     another page has taken over; open() takes it back
class Peer extends EventTarget {
  static REPLACED = 4001;
  static PROBE_EVERY = 500;
  static PATIENCE = 2000;
  static RETRY_FIRST = 500;
  static RETRY_LAST = 4000;

  state = 'reaching';
  received = 0;
  #handed = 0;
  #channels = new Set();
  #socket = null;
  #connection = null;
  #chat = null;
  #probes = null;
  #retry = Peer.RETRY_FIRST;
  #retryTimer = 0;

  constructor() {
    super();
    setInterval(() => this.#probe(), Peer.PROBE_EVERY);
  }

  open() {
    this.close();
    const socket = new WebSocket(`ws://${location.host}/signaling`);
    this.#socket = socket;
    let turn = Promise.resolve();
    const inTurn = (step) => {
      turn = turn.then(() => this.#socket === socket && step()).catch((error) => {
        console.error(error);
        this.#giveUp(socket);
      });
    };
    socket.onmessage = ({data}) => inTurn(() => this.#onSignal(data));
    socket.onclose = ({code}) => {
      if (this.#socket === socket) this.#lose(code);
    };
  }

  close() {
    clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#connection?.close();
    this.#connection = this.#chat = this.#probes = null;
    // A connection that this end closes tells its channels nothing.
    for (const channel of [...this.#channels]) this.#forget(channel);
  }

  say(text) {
    this.send(this.#chat, text);
  }

  createFileChannel() {
    return this.#adopt(this.#connection.createDataChannel('file'));
  }

  get maxMessageSize() {
    return this.#connection?.sctp?.maxMessageSize ?? 65536;
  }

  send(channel, data) {
    channel.send(data);
    this.#handed += Peer.#size(data);
  }

  /** Bytes of messages that wait in this page. */
  get buffered() {
    let sum = 0;
    for (const channel of this.#channels) sum += channel.bufferedAmount;
    return sum;
  }

  /** Bytes of messages that have left this page. */
  get sent() {
    return this.#handed - this.buffered;
  }

  static #size(data) {
    return typeof data === 'string' ? new TextEncoder().encode(data).length : data.byteLength;
  }

  #set(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent('state', {detail: state}));
  }

  // The end of the WebSocket tells why, and may be under way already. A program that hangs will not answer.
  #giveUp(socket) {
    socket.close();
    setTimeout(() => this.#socket === socket && this.#lose(), Peer.PATIENCE);
  }

  #lose(code) {
    this.close();
    if (code === Peer.REPLACED) {
      this.#set('replaced');
      return;
    }
    this.#set('lost');
    this.#retryTimer = setTimeout(() => this.open(), this.#retry);
    this.#retry = Math.min(this.#retry * 2, Peer.RETRY_LAST);
  }

  async #onSignal(text) {
    const [kind, ...lines] = text.split('\n');
    if (kind === 'candidate') {
      const [sdpMid, sdpMLineIndex, candidate] = lines;
      await this.#connection.addIceCandidate({candidate, sdpMid, sdpMLineIndex: Number(sdpMLineIndex)});
    } else if (kind === 'offer') {
      this.#connection ??= this.#connect(this.#socket);
      this.#set('connecting');
      const connection = this.#connection;
      await connection.setRemoteDescription({type: kind, sdp: lines.join('\n')});
      await connection.setLocalDescription();
      if (connection === this.#connection) this.#socket.send(`answer\n${connection.localDescription.sdp}`);
    }
  }

  #connect(socket) {
    const connection = new RTCPeerConnection();
    connection.onicecandidate = ({candidate: it}) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(`candidate\n${it?.sdpMid ?? ''}\n${it?.sdpMLineIndex ?? 0}\n${it?.candidate ?? ''}`);
    };
    connection.onconnectionstatechange = () => {
      const state = connection.connectionState;
      if (connection !== this.#connection) return;
      if (state === 'failed' || state === 'closed') this.#giveUp(socket);
      if (state === 'disconnected') this.#set('silent');
      if (state === 'connected' && this.#chat?.readyState === 'open') this.#set('connected');
    };
    connection.ondatachannel = ({channel}) => this.#onChannel(channel);
    return connection;
  }

  #onChannel(channel) {
    this.#adopt(channel);
    if (channel.label === 'chat') {
      this.#chat = channel;
      channel.onmessage = ({data}) => this.dispatchEvent(new CustomEvent('chat', {detail: String(data)}));
      channel.onclose = () => this.#chat === channel && this.#giveUp(this.#socket);
      const open = () => {
        this.#retry = Peer.RETRY_FIRST;
        this.#set('connected');
      };
      if (channel.readyState === 'open') open();
      else channel.onopen = open;
    } else if (channel.label === 'probes') {
      this.#probes = channel;
      channel.onmessage = ({data}) => this.#onProbe(String(data));
      this.#probe();
    } else if (channel.label === 'file') {
      this.dispatchEvent(new CustomEvent('file', {detail: channel}));
    } else {
      channel.close();
    }
  }

  #adopt(channel) {
    channel.binaryType = 'arraybuffer';
    this.#channels.add(channel);
    channel.addEventListener('message', ({data}) => {
      this.received += Peer.#size(data);
    });
    channel.addEventListener('close', () => this.#forget(channel));
    return channel;
  }

  #forget(channel) {
    // What still waited has not been sent, and will not be.
    if (this.#channels.delete(channel)) this.#handed -= channel.bufferedAmount;
  }

  // A probe carries the time at which it was sent, and comes back with the program's figures.
  #probe() {
    if (this.#probes?.readyState === 'open') this.send(this.#probes, performance.now().toFixed(3));
  }

  #onProbe(text) {
    const figures = Object.fromEntries(text.split('\n').map((line) => line.split(/=(.*)/s, 2)));
    figures.roundTrip = performance.now() - Number(figures.probe);
    this.dispatchEvent(new CustomEvent('figures', {detail: figures}));
  }
}
