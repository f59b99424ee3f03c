// SPDX-License-Identifier: MIT
// Runs cases in networks of their own.

import {limitOf, Pair, runTwice, starting} from '../runner/run_cases.mjs';
import {Lab} from './lab.mjs';

/** The peer as it runs on a machine of the network. */
function placed(peer, host, environment) {
  return {...peer, command: host.command(...peer.command), environment: {...peer.environment, ...environment}};
}

function pairOf({us, peer, scenario}, network) {
  const {environment = {}} = scenario;
  const trust = network.server ? {SSL_CERT_FILE: network.server.authority} : {};
  return new Pair(
    placed(us, network.us, {...environment, ...trust}), placed(peer, network.peer, environment), network);
}

/** Builds the network of the lane's cases, and runs them in it one after the other. */
export async function runInLab(cases, {ignoreLimits, report}) {
  const lab = new Lab();
  const skipped = new Map(ignoreLimits ? [] : cases.map((each) => [each, limitOf(each)]));
  let network = null;
  let pair = null;
  let formerPeer = null;
  try {
    for (const each of cases) {
      const limit = skipped.get(each);
      if (limit) {
        report({...each, outcome: 'skipped', reason: limit, notes: [], took: 0, versions: {}});
        continue;
      }
      network ??= await starting.run(() => each.scenario.topology(lab));
      if (formerPeer !== each.peer) {
        await pair?.end();
        pair = pairOf(each, network);
        formerPeer = each.peer;
      }
      const result = await runTwice(pair, each);
      result.versions = pair.versions;
      report(result);
    }
    await pair?.end();
  } catch (error) {
    // The network itself: none of its cases has a result.
    for (const each of cases.filter((one) => !skipped.get(one))) {
      report({...each, outcome: 'failed', reason: error.message, notes: [], took: 0, versions: {}, trace: []});
    }
  } finally {
    await lab.end();
  }
}
