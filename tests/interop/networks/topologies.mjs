// SPDX-License-Identifier: MIT
// The networks that the two agents are put into. Each function builds one and tells where the agents run, their
// addresses, and how to disturb it.

import {Coturn} from './coturn.mjs';

const PUBLIC_NET = '203.0.113';
const SERVER = `${PUBLIC_NET}.1`;
// Takes what comes and never answers.
const SILENT = `${PUBLIC_NET}.66`;

/** Both agents on one machine that has nothing but `lo`. */
export async function loopback(lab) {
  const host = await lab.host('alone');
  return {us: host, peer: host};
}

/** Two machines with a cable between them. */
export const cable = ({v4 = true, v6 = false} = {}) => async (lab) => {
  const [us, peer] = [await lab.host('us'), await lab.host('peer')];
  await lab.link(us, 'eth0', peer, 'eth0');
  const address = (host, number) => {
    host.address = v4 ? `10.0.0.${number}` : `fd00::${number}`;
    return host.shell(`${v4 ? `ip addr add 10.0.0.${number}/24 dev eth0; ip route add default dev eth0` : ''}
      ${v6 ? `ip addr add fd00::${number}/64 dev eth0 nodad; ip -6 route add default dev eth0` : ''}`);
  };
  await Promise.all([address(us, 1), address(peer, 2)]);
  return {us, peer};
};

/** The machine in the middle: a switch for public addresses, with a STUN and TURN server behind one of them. */
async function internet(lab, {certificateFor} = {}) {
  const host = await lab.host('internet');
  await host.shell(`ip link add br0 type bridge
    ip link set br0 up
    ip addr add ${SERVER}/24 dev br0
    ip addr add ${SILENT}/24 dev br0
    ip route add default dev br0`);
  await host.nft(`table inet silence { chain in { type filter hook input priority 0; ip daddr ${SILENT} drop; }; }`);
  return {host, server: await Coturn.start(lab, host, SERVER, certificateFor), silent: SILENT};
}

async function plug(lab, middle, host, device, number) {
  const port = `port${number}`;
  await lab.link(host, device, middle, port);
  await middle.shell(`ip link set ${port} master br0`);
  await host.shell(`ip addr add ${PUBLIC_NET}.${number}/24 dev ${device}; ip route add default via ${SERVER}`);
  host.address = `${PUBLIC_NET}.${number}`;
}

/** Two machines with public addresses, and a server, whose certificate may be for somebody else. */
export async function publicAddresses(lab, {certificateFor} = {}) {
  const {host: middle, ...rest} = await internet(lab, {certificateFor});
  const [us, peer] = [await lab.host('us'), await lab.host('peer')];
  await plug(lab, middle, us, 'eth0', 11);
  await plug(lab, middle, peer, 'eth0', 12);
  return {us, peer, ...rest};
}

// How a NAT chooses the port for a connection. Linux keeps it if it can, so that every destination sees the same one.
const MASQUERADE = {cone: 'masquerade', symmetric: 'masquerade fully-random'};

/** What a NAT lets out, besides what belongs to connections that it knows. */
const OUTWARD = {
  everything: 'accept',
  'no UDP': 'meta l4proto udp drop',
  'TLS only': 'meta l4proto udp drop; tcp dport != 5349 drop',
};

class Nat {
  constructor(box) {
    this.box = box;
  }

  static async between(lab, middle, host, number, {kind, outward = 'everything'}) {
    const box = await lab.host(`nat${number}`);
    await lab.link(host, 'eth0', box, 'inside');
    await plug(lab, middle, box, 'outside', number);
    await box.shell(`ip addr add 192.168.${number}.1/24 dev inside; echo 1 > /proc/sys/net/ipv4/ip_forward`);
    await host.shell(`ip addr add 192.168.${number}.2/24 dev eth0; ip route add default via 192.168.${number}.1`);
    host.address = `192.168.${number}.2`;
    // What comes early from outside must not occupy the port that a connection from inside is to keep: so the box
    // itself takes nothing new.
    await box.nft(`table ip nat {
      chain out { type nat hook postrouting priority srcnat; oifname outside ${MASQUERADE[kind]}; }
      chain own { type filter hook input priority 0; iifname outside ct state new drop; }
      chain through {
        type filter hook forward priority 0;
        ct state established,related accept
        iifname outside drop
        ${OUTWARD[outward]}
      }
    }`);
    return new Nat(box);
  }

  /** Forgets every connection, and gives other ports from now on. */
  async rebind() {
    this.base = (this.base ?? 20000) + 1000;
    await this.box.nft(`flush chain ip nat out
      add rule ip nat out oifname outside meta l4proto udp masquerade to :${this.base}-${this.base + 999}`);
    await this.box.shell('conntrack -F 2>/dev/null');
  }
}

/** Two machines, each behind a NAT ({kind, outward}) or, without one, with a public address; and a server. */
export const behindNat = ({us: ourNat, peer: itsNat}) => async (lab) => {
  const {host: middle, ...rest} = await internet(lab);
  const made = {nats: {}, ...rest};
  for (const [role, number, nat] of [['us', 11, ourNat], ['peer', 12, itsNat]]) {
    made[role] = await lab.host(role);
    if (nat) made.nats[role] = await Nat.between(lab, middle, made[role], number, nat);
    else await plug(lab, middle, made[role], 'eth0', number);
  }
  return made;
};

/** Drops a share of what arrives, in percent, at both ends, until it is healed. */
export async function lose({us, peer}, percent) {
  const rule = percent === 100 ? 'drop' : `numgen random mod 100 < ${percent} drop`;
  // Not where it is sent: there the sender would be told.
  await Promise.all([us, peer].map((host) => host.nft(
    `table inet fault { chain in { type filter hook input priority 0; iifname != lo ${rule}; }; }`)));
}

export async function heal({us, peer}) {
  await Promise.all([us, peer].map((host) => host.nft('add table inet fault; delete table inet fault')));
}
