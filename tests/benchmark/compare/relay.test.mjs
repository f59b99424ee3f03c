// SPDX-License-Identifier: MIT
// The relay of PEERLANE_BENCH, as the drivers of the others use it.
import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {test} from 'node:test';

import {Relay} from './relay.mjs';

const bench = process.env.PEERLANE_BENCH;

async function openSocket() {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

const candidate = (port) => `candidate:1 1 UDP 2114977791 127.0.0.1 ${port} typ host`;
const portOf = (line) => Number(line.split(' ')[5]);

test('datagrams pass in both directions, later by half of the round trip', {skip: !bench}, async () => {
  const sockets = [await openSocket(), await openSocket()];
  const relay = new Relay(bench, 40);
  const led = await Promise.all(sockets.map((socket, i) => relay.candidate(i === 0, candidate(socket.address().port))));
  for (const i of [0, 1]) {
    assert.equal(led[i].replace(String(portOf(led[i])), 'PORT'), candidate('PORT'));
    assert.notEqual(portOf(led[i]), sockets[i].address().port);
    const began = process.hrtime.bigint();
    const arrived = once(sockets[i], 'message');
    // To what stands for that end.
    sockets[1 - i].send(`to ${i}`, portOf(led[i]), '127.0.0.1');
    const [data, from] = await arrived;
    assert.equal(data.toString(), `to ${i}`);
    assert.ok(Number(process.hrtime.bigint() - began) >= 20e6);
    // An answer goes back through the relay.
    assert.equal(from.port, portOf(led[1 - i]));
  }
  assert.equal((await relay.close()).relay_lost, 0);
  sockets.forEach((socket) => socket.close());
});

test('what does not lead through the relay is dropped', {skip: !bench}, async () => {
  const relay = new Relay(bench, 0);
  assert.equal(await relay.candidate(true, 'candidate:1 1 UDP 2114977791 192.0.2.1 5000 typ host'), '');
  assert.equal(await relay.candidate(true, 'candidate:1 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active'), '');
  await relay.close();
});

test('what it loses is counted and does not arrive', {skip: !bench}, async () => {
  const sockets = [await openSocket(), await openSocket()];
  const relay = new Relay(bench, 0);
  const ports = [];
  for (const i of [0, 1]) ports.push(portOf(await relay.candidate(i === 0, candidate(sockets[i].address().port))));
  let arrived = 0;
  let last;
  const ended = new Promise((resolve) => (last = resolve));
  sockets[1].on('message', (data) => (data.toString() === 'last' ? last() : ++arrived));
  relay.lose(50);
  // An answered question: the loss has been heard.
  await relay.candidate(true, candidate(sockets[0].address().port));
  const send = (text) => new Promise((resolve) => sockets[0].send(text, ports[1], '127.0.0.1', resolve));
  for (let i = 0; i < 100; ++i) await send('one of many');
  const repeated = setInterval(() => send('last'), 5);
  await ended;
  clearInterval(repeated);
  const {relay_lost: lost} = await relay.close();
  assert.ok(arrived > 0 && arrived < 100, `${arrived} arrived`);
  assert.ok(lost >= 100 - arrived, `${lost} lost, ${arrived} arrived`);
  sockets.forEach((socket) => socket.close());
});
