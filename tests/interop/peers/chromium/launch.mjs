// SPDX-License-Identifier: MIT
// Chromium without a window, for a page on 127.0.0.1.

import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';

const {chromium} = createRequire(import.meta.url)('playwright-core');

// The shell is the same engine without a browser's user interface, and starts with half the work.
const PROGRAMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

// Loopback candidates and addresses instead of .local names: a machine may have neither another address nor multicast.
// No name is resolved, so that nothing leaves this machine; 203.0.113.* are the servers of networks of our own. `privacy` leaves the browser's defaults.
export function launchChromium({privacy = false} = {}) {
  return chromium.launch({
    executablePath: process.env.PEERLANE_INTEROP_CHROMIUM ?? PROGRAMS.find((file) => existsSync(file)),
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE 203.0.113.*',
      ...(privacy ? [] : ['--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns']),
    ],
  });
}

/** A context for pages of that origin; `options` are playwright's. */
export async function newContext(browser, origin, {privacy = false, ...options} = {}) {
  const context = await browser.newContext(options);
  if (!privacy) await context.grantPermissions(['microphone', 'camera'], {origin});
  return context;
}
