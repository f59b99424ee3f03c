// SPDX-License-Identifier: MIT
// Runs cases: a scenario with a peer, where one end offers. Cases of one lane run one after the other with the same two
// processes; several lanes run at a time.

import {availableParallelism} from 'node:os';

import {AgentProcess} from './agent_process.mjs';
import {Call} from './call.mjs';
import {Gate} from './gate.mjs';

const CASE_DEADLINE = 150000;
const START_DEADLINE = 120000;

// To begin takes a processor; many at once would be in the way of those that are being tried, and of each other.
export const starting = new Gate(availableParallelism());

export function directionName(weOffer) {
  return weOffer ? 'we offer' : 'it offers';
}

/** Why this case is left out, or undefined. */
export function limitOf({scenario, us, peer, weOffer}) {
  for (const {limits} of [peer, us]) {
    const reason = limits[scenario.name] ?? limits[`${scenario.name}, ${directionName(weOffer)}`];
    if (reason) return reason;
  }
  return undefined;
}

async function withDeadline(promise, deadline = CASE_DEADLINE) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${deadline / 1000} s`)), deadline);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Two agents that are started when needed, and again after one of them has ended. Scenarios may need their network. */
export class Pair {
  constructor(us, peer, network) {
    this.definitions = {us, peer};
    this.network = network;
    this.versions = {};
  }

  async agents() {
    if (!this.us?.alive || !this.peer?.alive) {
      await this.end();
      await starting.run(async () => {
        this.us = new AgentProcess('us', this.definitions.us);
        this.peer = new AgentProcess('peer', this.definitions.peer);
        [this.versions.us, this.versions.peer] =
          await Promise.all([this.us, this.peer].map((agent) => agent.event('ready', START_DEADLINE)));
      });
    }
    return [this.us, this.peer];
  }

  kill() {
    return Promise.all([this.us?.kill(), this.peer?.kill()]);
  }

  end() {
    return Promise.all([this.us?.quit(), this.peer?.quit()]);
  }
}

async function runCase(pair, each) {
  const began = Date.now();
  let call = null;
  try {
    const [us, peer] = await pair.agents();
    call = new Call(us, peer, each.weOffer ? us : peer);
    await withDeadline(each.scenario.run(call, pair.network), each.scenario.deadline);
    for (const agent of [us, peer]) if (agent.error && !agent.allowErrors) throw agent.error;
    return {...each, outcome: 'passed', notes: call.notes, took: Date.now() - began};
  } catch (error) {
    const agents = [pair.us, pair.peer].filter(Boolean);
    // What they say right after it often tells the cause.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const result = {
      ...each, outcome: 'failed', reason: error.message, notes: [], took: Date.now() - began - 500,
      trace: agents.map(({role, log, stderr}) => ({role, log: [...log], stderr: [...stderr]})),
    };
    // Whatever state they are in, the next case must not suffer from it.
    await pair.kill();
    return result;
  }
}

/** The case; once more where the peer stumbled in the way that it is known for. */
export async function runTwice(pair, each) {
  const first = await runCase(pair, each);
  const accident = first.outcome === 'failed' && each.peer.accidents.find((known) => known.test(first.reason));
  return accident ? {...await runCase(pair, each), accident: first.reason} : first;
}

async function runLane(cases, ignoreLimits, report) {
  const [{us, peer}] = cases;
  const pair = new Pair(us, peer);
  for (const each of cases) {
    const limit = ignoreLimits ? undefined : limitOf(each);
    const skipped = {...each, outcome: 'skipped', reason: limit, notes: [], took: 0};
    const result = limit ? skipped : await runTwice(pair, each);
    result.versions = pair.versions;
    report(result);
  }
  await pair.end();
}

export async function pool(size, jobs) {
  const waiting = [...jobs];
  await Promise.all(Array.from({length: size}, async () => {
    while (waiting.length > 0) await waiting.shift()();
  }));
}

/**
 * `lanes` are lists of cases. `report` gets each result when it is there. Slow lanes only wait, so more of them run at
 * a time, besides the others.
 */
export async function runCases(lanes, {ignoreLimits, report, jobs, slowJobs}) {
  const job = (cases) => () => runLane(cases, ignoreLimits, report);
  const slow = lanes.filter(([{scenario}]) => scenario.slow);
  const quick = lanes.filter(([{scenario}]) => !scenario.slow);
  await Promise.all([pool(jobs, quick.map(job)), pool(slowJobs, slow.map(job))]);
}
