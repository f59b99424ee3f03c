// SPDX-License-Identifier: MIT
// What passes through an interface, as tcpdump sees it.

const PATIENCE = 40000;

/** The two addresses of "IP 10.0.0.1.5000 > 10.0.0.2.3478: UDP, length 100", without the ports. */
function addresses(line) {
  const [, from, to] = /^IP6? (\S+)\.\d+ > (\S+)\.\d+:/.exec(line) ?? [];
  return from === undefined ? null : [from, to];
}

// Nobody else sends to it (RFC 863).
const DISCARD = 9;

export class Capture {
  #host;
  #program;
  #packets = [];
  #onPacket = () => {};

  static async start(host, device = 'eth0') {
    const capture = new Capture();
    capture.#host = host;
    capture.#program = host.start(
      'tcpdump', '-nn', '-q', '-t', '-l', '-Z', 'root', '--immediate-mode', '-i', device, 'udp or tcp');
    let timer;
    await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('tcpdump does not listen')), PATIENCE);
      capture.#program.ended.then(() => reject(new Error('tcpdump ended')));
      capture.#program.onLine((line) => {
        if (/^listening on/.test(line)) resolve();
        const pair = addresses(line);
        if (pair) capture.#packets.push({pair, line});
        capture.#onPacket(line);
      });
    }).finally(() => clearTimeout(timer));
    return capture;
  }

  /** Stops when everything that has passed is told: a last packet, to that address, is told behind all others. */
  async stop(address) {
    let timer;
    const told = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('tcpdump does not see the last packet')), PATIENCE);
      this.#onPacket = (line) => line.includes(`> ${address}.${DISCARD}:`) && resolve();
    }).finally(() => clearTimeout(timer));
    await Promise.all([told, this.#host.shell(`echo > /dev/udp/${address}/${DISCARD}`)]);
    await this.#program.stop('SIGINT');
  }

  /** The lines about packets that neither come from an address nor go there. Browsers ask groups for names. */
  without(address) {
    const isGroup = (one) => /^(22[4-9]|23\d)\.|^ff/.test(one);
    return this.#packets.filter(({pair: [from, to]}) => from !== address && to !== address && !isGroup(to))
      .map(({line}) => line);
  }

  /** The lines about packets between two addresses, either way. */
  between(one, other) {
    return this.#packets.filter(({pair}) => pair.includes(one) && pair.includes(other)).map(({line}) => line);
  }
}
