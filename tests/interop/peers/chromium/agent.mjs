// SPDX-License-Identifier: MIT
// The browser: a page on 127.0.0.1 runs the W3C agent; this process relays its lines.

import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';

import {readLines, writeLine} from '../w3c/stdio.mjs';

const {chromium} = createRequire(import.meta.url)('playwright-core');

const FILES = {
  '/': ['text/html', './page.html'],
  '/w3c/agent.mjs': ['text/javascript', '../w3c/agent.mjs'],
  '/w3c/payload.mjs': ['text/javascript', '../w3c/payload.mjs'],
};

const server = createServer((request, response) => {
  const found = FILES[request.url.split('?')[0]];
  if (!found) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {'content-type': `${found[0]}; charset=utf-8`});
  response.end(readFileSync(new URL(found[1], import.meta.url)));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

// Loopback candidates and addresses instead of .local names: a machine may have neither another address nor multicast.
// No name is resolved, so that nothing leaves this machine; 203.0.113.* are the servers of networks of our own. PEERLANE_INTEROP_PRIVACY=1 leaves the browser's defaults.
const privacy = process.env.PEERLANE_INTEROP_PRIVACY === '1';
const browser = await chromium.launch({
  executablePath: process.env.PEERLANE_INTEROP_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE 203.0.113.*',
    ...(privacy ? [] : ['--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns']),
  ],
});
const context = await browser.newContext();
if (!privacy) await context.grantPermissions(['microphone', 'camera'], {origin});
const page = await context.newPage();

// Numbered, because calls out of a page are not promised to arrive in their order.
let next = 0;
const early = new Map();
await page.exposeFunction('writeNumberedLine', (number, line) => {
  early.set(number, line);
  for (; early.has(next); ++next) {
    writeLine(early.get(next));
    early.delete(next);
  }
});
page.on('pageerror', (error) => writeLine({ev: 'error', cmd: '', error: String(error)}));
await page.goto(`${origin}/?version=${browser.version()}`);
await page.waitForFunction('window.agent');

const end = () => browser.close().finally(() => process.exit(0));
browser.on('disconnected', () => process.exit(1));
readLines((line) => page.evaluate((given) => void window.agent.handle(given), line).catch(() => {}), end);
