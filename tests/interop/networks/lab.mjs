// SPDX-License-Identifier: MIT
// A network of our own: hosts, which are network namespaces, and links between them.

import {execFile, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';

const execute = promisify(execFile);
const SETTING_UP = 60000;

/** Runs a program to its end; what it wrote is the error's text if it fails. */
async function run(command) {
  try {
    return (await execute(command[0], command.slice(1), {timeout: SETTING_UP})).stdout;
  } catch (error) {
    throw new Error(`${command.join(' ')}: ${(error.stderr || error.message).trim()}`);
  }
}

/** A program that runs on a host until it is stopped. */
class Program {
  constructor(command) {
    this.lines = [];
    this.child = spawn(command[0], command.slice(1), {stdio: ['ignore', 'pipe', 'pipe']});
    this.ended = new Promise((resolve) => {
      this.child.on('error', resolve);
      this.child.on('close', resolve);
    });
  }

  /** Gives every line of both outputs to `handle`. */
  onLine(handle) {
    for (const stream of [this.child.stdout, this.child.stderr]) createInterface({input: stream}).on('line', handle);
  }

  stop(signal = 'SIGKILL') {
    this.child.kill(signal);
    return this.ended;
  }
}

export class Host {
  #lab;

  constructor(lab, name, namespace) {
    this.#lab = lab;
    this.name = name;
    this.namespace = namespace;
  }

  /** A command that runs here. */
  command(...command) {
    return ['ip', 'netns', 'exec', this.namespace, ...command];
  }

  /** Runs a script of the shell; its first failure is ours. */
  shell(script) {
    return run(this.command('bash', '-euc', script));
  }

  nft(rules) {
    return run(this.command('nft', rules));
  }

  start(...command) {
    return this.#lab.keep(new Program(this.command(...command)));
  }
}

let labs = 0;

export class Lab {
  #number = ++labs;
  #hosts = [];
  #programs = [];
  #folder = null;

  /** A folder for files of this network's servers. */
  get folder() {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'peerlane-lab-'));
    return this.#folder;
  }

  keep(program) {
    this.#programs.push(program);
    return program;
  }

  async host(name) {
    const host = new Host(this, name, `lab${this.#number}-${name}`);
    await run(['ip', 'netns', 'add', host.namespace]);
    this.#hosts.push(host);
    // Addresses are to be usable at once: nothing here can be a duplicate.
    await host.shell(`ip link set lo up
      echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
      echo 0 > /proc/sys/net/ipv6/conf/default/router_solicitations`);
    return host;
  }

  /**
   * A cable from `one`'s interface to `other`'s. Datagrams that a program hands over in one piece are cut up here, as a
   * network card does it, so that they are lost, counted and seen one by one.
   */
  async link(one, interfaceOfOne, other, interfaceOfOther) {
    await run(['ip', 'link', 'add', interfaceOfOne, 'netns', one.namespace, 'gso_max_segs', '1', 'type', 'veth',
      'peer', 'name', interfaceOfOther, 'netns', other.namespace, 'gso_max_segs', '1']);
    await one.shell(`ip link set ${interfaceOfOne} up`);
    await other.shell(`ip link set ${interfaceOfOther} up`);
  }

  async end() {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await Promise.all(this.#hosts.map(({namespace}) => run(['ip', 'netns', 'del', namespace])));
    if (this.#folder) rmSync(this.#folder, {recursive: true, force: true});
  }
}
