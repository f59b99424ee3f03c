// SPDX-License-Identifier: MIT
// What becomes of us when nothing comes any more: `disconnected` within 6 s, `failed` within 30 s.

const DISCONNECTED = 6000;
const FAILED = 30000;
// A busy machine runs the timers that late.
const ALLOWANCE = 1000;

const isState = (name) => ({ev, connection}) => ev === 'state' && connection === name;

async function within({us}, since, name, limit) {
  await us.next(`state ${name}`, isState(name));
  const took = us.when(isState(name), since) - since;
  if (!(took <= limit + ALLOWANCE)) throw new Error(`us: ${name} ${took} ms after the last sign of the peer`);
}

/** `since`: when the peer fell silent, as our log counts the time. Judged by our own agent's clock. */
export function noticesDisconnection(call, since) {
  return within(call, since, 'disconnected', DISCONNECTED);
}

export async function noticesSilence(call, since) {
  await noticesDisconnection(call, since);
  await within(call, since, 'failed', FAILED);
}
