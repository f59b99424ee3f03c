// SPDX-License-Identifier: MIT
// One file on its way, over a channel of its own. Event: 'change'.
//
// state: waiting (for "go"), running, done, stopped (by the user), failed. `done` counts the bytes that the receiver has.
class Transfer extends EventTarget {
  // More than this waits in the file, not in memory: a browser may let everything else, of other channels too, wait
  // behind it. What is left at the low mark keeps the network busy meanwhile.
  static HIGH_MARK = 256 << 10;
  static LOW_MARK = 64 << 10;
  static PIECE = 64 << 10;
  static BLOCK = 1 << 20;
  static TELL_AFTER = 256 << 10;
  // A file from the program is kept in memory until it is saved.
  static LIMIT = 2 ** 30;

  state = 'waiting';
  name = '';
  size = 0;
  done = 0;
  note = '';
  start = 0;
  end = 0;

  constructor(peer, channel) {
    super();
    this.peer = peer;
    this.channel = channel;
    channel.addEventListener('close', () => this.finish('failed', 'The program has stopped it'));
  }

  get active() {
    return this.state === 'waiting' || this.state === 'running';
  }

  /** Bytes for each second, so far. */
  get rate() {
    const seconds = ((this.end || performance.now()) - this.start) / 1000;
    return this.start && seconds > 0 ? this.done / seconds : 0;
  }

  stop() {
    this.finish('stopped', 'Stopped');
    this.channel.close();
  }

  fail(why) {
    this.finish('failed', why);
    this.channel.close();
  }

  begin() {
    this.state = 'running';
    this.start = performance.now();
    this.change();
  }

  finish(state, note) {
    if (!this.active) return;
    this.state = state;
    this.note = note;
    this.end = performance.now();
    this.change();
  }

  change() {
    this.dispatchEvent(new Event('change'));
  }
}

class OutgoingTransfer extends Transfer {
  constructor(peer, file) {
    super(peer, peer.createFileChannel());
    this.mine = true;
    this.name = file.name;
    this.size = file.size;
    this.channel.bufferedAmountLowThreshold = Transfer.LOW_MARK;
    this.channel.onopen = () => peer.send(this.channel, `offer ${file.size} ${file.name}`);
    this.channel.onmessage = ({data}) => this.#onText(String(data), file);
  }

  #onText(text, file) {
    const [word] = text.split(' ', 1);
    const rest = text.slice(word.length + 1);
    if (word === 'go' && this.state === 'waiting') {
      this.begin();
      this.#sendAll(file).catch(() => this.fail('The file cannot be read'));
    } else if (word === 'have') {
      this.done = Number(rest);
      this.change();
    } else if (word === 'saved') {
      this.done = this.size;
      this.finish('done', rest === this.name ? 'saved' : `saved as ${rest}`);
      this.channel.close();
    } else if (word === 'no') {
      this.fail(`Refused: ${rest}`);
    }
  }

  async #sendAll(file) {
    const piece = Math.min(Transfer.PIECE, this.peer.maxMessageSize);
    for (let offset = 0; offset < file.size; offset += Transfer.BLOCK) {
      const block = await file.slice(offset, offset + Transfer.BLOCK).arrayBuffer();
      for (let at = 0; at < block.byteLength; at += piece) {
        if (this.channel.bufferedAmount >= Transfer.HIGH_MARK) await this.#lowMark();
        if (!this.active) return;
        this.peer.send(this.channel, new Uint8Array(block, at, Math.min(piece, block.byteLength - at)));
      }
    }
  }

  #lowMark() {
    return new Promise((resolve) => {
      this.channel.addEventListener('bufferedamountlow', resolve, {once: true});
      this.addEventListener('change', () => this.active || resolve());
    });
  }
}

class IncomingTransfer extends Transfer {
  #parts = [];
  #told = 0;
  url = '';

  constructor(peer, channel) {
    super(peer, channel);
    this.mine = false;
    channel.onmessage = ({data}) => (typeof data === 'string' ? this.#onOffer(data) : this.#onBytes(data));
  }

  #onOffer(text) {
    const [, size, name] = /^offer (\d+) (.+)$/s.exec(text) ?? [];
    if (!name || this.state !== 'waiting') return this.#refuse('that was no offer');
    this.name = name;
    this.size = Number(size);
    if (this.size > Transfer.LIMIT) return this.#refuse(`it is larger than ${sizeText(Transfer.LIMIT)}`);
    this.peer.send(this.channel, 'go');
    this.begin();
    if (this.size === 0) this.#complete();
  }

  #onBytes(bytes) {
    if (!this.active) return;
    this.done += bytes.byteLength;
    if (this.state !== 'running' || this.done > this.size) return this.#refuse('it is larger than it was said to be');
    this.#parts.push(bytes);
    // A browser may move a Blob out of memory, but not an array.
    if (this.#parts.length >= 256) this.#parts = [new Blob(this.#parts)];
    if (this.done === this.size) {
      this.#complete();
    } else if (this.done - this.#told >= Transfer.TELL_AFTER) {
      this.#told = this.done;
      this.peer.send(this.channel, `have ${this.done}`);
      this.change();
    }
  }

  #complete() {
    // Never a type that a browser would show in our origin.
    this.url = URL.createObjectURL(new Blob(this.#parts, {type: 'application/octet-stream'}));
    this.#parts = [];
    this.peer.send(this.channel, `saved ${this.name}`);
    this.finish('done', '');
  }

  #refuse(why) {
    if (!this.active) return;
    this.#parts = [];
    this.peer.send(this.channel, `no ${why}`);
    this.fail(`Refused: ${why}`);
  }
}
