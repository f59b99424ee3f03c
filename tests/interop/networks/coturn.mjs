// SPDX-License-Identifier: MIT
// The STUN and TURN server of a network.

import {join} from 'node:path';

const PORT = 3478;
const TLS_PORT = 5349;
const USER = {username: 'user', credential: 'pass'};

export class Coturn {
  /** Starts it on an address of the host, with a certificate for that, and waits until it takes connections. */
  static async start(lab, host, address, certificateFor = `IP:${address}`) {
    const server = new Coturn(lab.folder, address);
    await host.shell(server.#certificates(certificateFor));
    const program = host.start(
      'turnserver', '-n', '--lt-cred-mech', '--realm=example.org', `--user=${USER.username}:${USER.credential}`,
      '--no-cli', '--no-dtls', `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${PORT}`,
      `--tls-listening-port=${TLS_PORT}`, `--cert=${server.#file('server.pem')}`, `--pkey=${server.#file('server.key')}`,
      '--log-file=stdout', `--pidfile=${server.#file('pid')}`, `--userdb=${server.#file('db')}`);
    const log = [];
    program.onLine((line) => log.push(line));
    const answers = host.shell(`until : 2>/dev/null < /dev/tcp/${address}/${TLS_PORT}; do sleep 0.05; done`);
    const ended = program.ended.then(() => {
      throw new Error(`turnserver ended: ${log.slice(-3).join('; ')}`);
    });
    // It also ends with the network, when nobody waits for it any more.
    ended.catch(() => {});
    await Promise.race([answers, ended]);
    return server;
  }

  constructor(folder, address) {
    this.folder = folder;
    this.address = address;
  }

  /** Who signed the certificate of the TLS port. */
  get authority() {
    return this.#file('authority.pem');
  }

  stun() {
    return {urls: [`stun:${this.address}:${PORT}`]};
  }

  turn(transport, credential = USER.credential) {
    return {urls: [`turn:${this.address}:${PORT}?transport=${transport}`], ...USER, credential};
  }

  turns() {
    return {urls: [`turns:${this.address}:${TLS_PORT}?transport=tcp`], ...USER};
  }

  #file(name) {
    return join(this.folder, name);
  }

  #certificates(names) {
    const key = (name) => `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key`;
    return `cd ${this.folder}
      openssl req -x509 ${key('authority')} -out authority.pem -days 2 -subj '/CN=authority of a test'
      openssl req ${key('server')} -out server.csr -subj '/CN=${this.address}'
      openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -out server.pem \\
        -extfile <(echo 'subjectAltName=${names}')`;
  }
}
