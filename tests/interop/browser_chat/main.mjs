// SPDX-License-Identifier: MIT
// examples/browser_chat in headless Chromium: node main.mjs --program FILE --out FOLDER. Screenshots are left in FOLDER.

import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';

import {launchChromium, newContext} from '../peers/chromium/launch.mjs';
import {ChatPage} from './page.mjs';
import {Program} from './program.mjs';

const {values: options} = parseArgs({options: {program: {type: 'string'}, out: {type: 'string'}}});
const MIB = 1 << 20;
const TIME_LIMIT = 180000;

mkdirSync(options.out, {recursive: true});
const scratch = mkdtempSync(join(tmpdir(), 'peerlane-browser-chat-'));
const folder = join(scratch, 'received');
const programs = [];
const problems = [];

const picture = (name) => join(options.out, `browser_chat_${name}.png`);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
/** A file of zeros that takes no room on the disk. */
const sparse = (name, size) => {
  writeFileSync(join(scratch, name), '');
  truncateSync(join(scratch, name), size);
  return join(scratch, name);
};
const written = (name, bytes) => {
  writeFileSync(join(scratch, name), bytes);
  return join(scratch, name);
};
const stored = (name) => readFileSync(join(folder, name));

/** The same bytes in every run, without a period that could hide a lost or doubled piece. */
function bytesOf(size, seed) {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i + 4 <= size; i += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes.writeInt32LE(state, i);
  }
  return bytes;
}

async function chats(page, program) {
  program.type('Hello from the terminal');
  await page.heard('Hello from the terminal');
  await page.say('Hello from the page 👋');
  await program.line(/^out: > Hello from the page 👋$/);
  program.type('<b>not bold</b> & ünïcödé');
  await page.heard('<b>not bold</b> & ünïcödé');
  // Nothing from the page steers the terminal, and each of its lines is marked.
  await page.say('first\n\u001b[31msecond\u009b\u202e');
  await program.line(/^out: > first$/);
  await program.line(/^out: > {2}\[31msecond {2}$/);
}

async function pageSendsFiles(page, program) {
  const large = bytesOf(16 * MIB + 1, 1);
  await page.watch();
  await page.sendFile(written('large.bin', large));
  // A line of chat does not wait for the file.
  await page.say('while the file is on its way');
  await program.line(/^out: > while the file is on its way$/);
  assert.match(await page.fileNote('large.bin', 'done'), /^16\.8 MB · .* · saved$/);
  await program.line(/^err: Saved .*large\.bin, 16\.8 MB in /);
  assert.equal(sha256(stored('large.bin')), sha256(large));
  const {here, progress} = await page.seen();
  assert.ok(here >= 64 << 10 && here <= 321 << 10, `${here} bytes waited in the page`);
  assert.ok(progress.some((value) => value > 0 && value < 1), `the bar has shown ${progress}`);

  // Names lead nowhere else, nothing is overwritten, an empty file is a file.
  const small = bytesOf(1000, 2);
  await page.sendNamed({'../../.large.bin': small, 'empty.txt': Buffer.alloc(0)});
  await page.fileNote('empty.txt', 'done');
  assert.match(await page.fileNote('../../.large.bin', 'done'), /saved as large \(2\)\.bin$/);
  assert.equal(sha256(stored('large (2).bin')), sha256(small));
  assert.equal(sha256(stored('large.bin')), sha256(large));
  assert.equal(stored('empty.txt').length, 0);

  // More than the program takes, and one that the user stops: neither is left behind.
  await page.sendFile(sparse('huge.bin', 64 * MIB + 1));
  assert.match(await page.fileNote('huge.bin', 'failed'), /^Refused: it is larger than 67\.1 MB$/);
  await page.sendFile(sparse('stopped.bin', 64 * MIB));
  await page.page.getByRole('button', {name: 'Stop stopped.bin'}).click();
  assert.equal(await page.fileNote('stopped.bin', 'stopped'), 'Stopped');
  await program.line(/^err: The page has stopped stopped\.bin$/);
  assert.deepEqual(readdirSync(folder).sort(), ['empty.txt', 'large (2).bin', 'large.bin']);
}

async function programSendsFiles(page, program) {
  const large = bytesOf(16 * MIB + 3, 5);
  await page.watch();
  program.type(`/send ${written('from terminal.bin', large)}`);
  assert.match(await page.fileNote('from terminal.bin', 'done'), /^16\.8 MB · /);
  await program.line(/^err: Sent from terminal\.bin, 16\.8 MB in /);
  assert.equal(sha256(await page.save('from terminal.bin')), sha256(large));
  const {there, progress} = await page.seen();
  assert.ok(there <= MIB + (65 << 10), `${there} bytes waited in the program`);
  assert.ok(progress.some((value) => value > 0 && value < 1), `the bar has shown ${progress}`);
  program.type(`/send ${join(scratch, 'missing')}`);
  await program.line(/^err: Cannot read .*missing/);
}

async function takesPictures(page, program) {
  await page.screenshot(picture('empty'));
  await page.say('Hi! Can you send me the new level?');
  await program.line(/^out: > Hi! Can you/);
  program.type('Sure, here it comes.');
  await page.heard('Sure, here it comes.');
  program.type(`/send ${sparse('level-4.map', 24 * MIB)}`);
  await page.fileNote('level-4.map', 'done');
  await page.say('Thanks! And this is the replay of the last match.\nIt was close…');
  await page.sendFile(sparse('replay.dem', 48 * MIB));
  await page.page.waitForFunction(() => [...document.querySelectorAll('.file > progress')].at(-1).value > 0.4);
  await page.screenshot(picture('light'));
  await page.screenshot(picture('dark'), {dark: true});
  await page.screenshot(picture('narrow'), {width: 390, height: 844});
  await page.page.getByRole('button', {name: 'Stop replay.dem'}).click();
  await program.line(/^err: The page has stopped replay\.dem$/);
}

async function staysIdle(page, program) {
  await page.figures(1);
  const before = program.processorTime();
  const start = performance.now();
  await page.figures(4);
  const share = (1000 * (program.processorTime() - before)) / (performance.now() - start);
  assert.ok(share < 0.1, `an idle program uses ${(100 * share).toFixed(0)} % of a processor`);
}

/** A page from elsewhere in the same browser. */
async function refusesForeignPage(browser, origin, program) {
  const elsewhere = createServer((request, response) => response.writeHead(200, {'content-type': 'text/html'}).end('<p>'));
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  try {
    await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
    const outcome = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => resolve('open');
          socket.onclose = () => resolve('refused');
        }),
      `${origin.replace('http', 'ws')}/signaling`,
    );
    assert.equal(outcome, 'refused');
    assert.ok(!program.lines.some((line) => line.includes('takes over')));
  } finally {
    await page.close();
    elsewhere.close();
  }
}

/** What a page of ours would never do, over channels and a WebSocket of its own. */
async function bearsNonsense(page, program) {
  const before = readdirSync(folder);
  const answers = await page.page.evaluate(async () => {
    window.talk = (channel, ...messages) =>
      new Promise((resolve) => {
        channel.onopen = () => messages.forEach((message) => channel.send(message));
        channel.onmessage = ({data}) => data.startsWith('no ') && resolve(data);
      });
    const open = () => peer.createFileChannel();
    return [
      await talk(open(), 'offer'),
      await talk(open(), 'offer -1 a'),
      await talk(open(), 'offer 99999999999999999999 a'),
      await talk(open(), new Uint8Array(10)),
      await talk(open(), 'offer 10 twice', 'offer 10 twice'),
      await talk(open(), 'offer 10 more', new Uint8Array(11)),
    ];
  });
  const noOffer = 'no that was no offer';
  assert.deepEqual(answers, [
    noOffer, noOffer, noOffer, 'no bytes before an offer', noOffer, 'no it is larger than it was said to be',
  ]);
  // Each holds its place until its channel is closed at both ends.
  for (let i = 0; i < 4; ++i) await program.line(/^err: Refused a file: /);
  await program.line(/^err: Refused twice: /);
  await program.line(/^err: Refused more: /);

  // One too many at a time; then all of them are given up.
  const ninth = await page.page.evaluate(async () => {
    const many = Array.from({length: 9}, () => peer.createFileChannel());
    const refusal = await Promise.race(many.map((channel) => talk(channel, 'offer 10 many')));
    await Promise.all(many.map((channel) => new Promise((resolve) => {
      channel.onclose = resolve;
      channel.close();
    })));
    return refusal;
  });
  assert.equal(ninth, 'no too many files at a time');
  for (let i = 0; i < 8; ++i) await program.line(/^err: The page has stopped many$/);
  assert.deepEqual(readdirSync(folder), before);

  const code = await page.page.evaluate(
    () =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/signaling`);
        socket.onopen = () => socket.send('nonsense');
        socket.onclose = (event) => resolve(event.code);
      }),
  );
  assert.equal(code, 1002);
  await program.line(/^err: The page says what cannot be used/);
  await page.page.getByRole('button', {name: 'Use it here'}).click();
  await page.state('connected');
}

async function newestPageWins(context, first, origin, program) {
  const second = new ChatPage(await context.newPage(), problems);
  await second.open(origin);
  await second.state('connected');
  await first.state('replaced');
  await program.line(/^err: Another page takes over\.$/);
  program.type('to the second');
  await second.heard('to the second');
  await first.page.getByRole('button', {name: 'Use it here'}).click();
  await first.state('connected');
  await second.state('replaced');
  await second.page.close();
}

async function survivesRestart(page, program, port) {
  await program.end('SIGKILL');
  await page.state('lost');
  await page.screenshot(picture('lost'));
  const greeting = written('greeting.txt', 'hello again');
  const next = new Program(options.program, ['--port', port, '--folder', folder, '--send', greeting]);
  programs.push(next);
  await page.state('connected');
  await page.fileNote('greeting.txt', 'done');
  assert.equal(String(await page.save('greeting.txt')), 'hello again');
  return next;
}

async function run(browser) {
  const program = new Program(options.program, ['--port', '0', '--folder', folder, '--limit', '64']);
  programs.push(program);
  const [, origin] = await program.line(/^err: Open (http:\/\/127\.0\.0\.1:\d+)\/ in a browser/);
  const context = await newContext(browser, origin, {viewport: {width: 1280, height: 800}, colorScheme: 'light'});
  const page = new ChatPage(await context.newPage(), problems);
  await page.open(origin);
  await page.state('connected');
  await program.line(/^err: Connected\./);

  const step = async (name, work) => {
    const start = performance.now();
    const result = await work();
    console.log(`  ${name}: ${Math.round(performance.now() - start)} ms`);
    return result;
  };
  await step('pictures', () => takesPictures(page, program));
  await step('chat both ways', () => chats(page, program));
  await step('files from the page', () => pageSendsFiles(page, program));
  await step('files from the program', () => programSendsFiles(page, program));
  await step('statistics', () => page.assertStatistics());
  await step('idle', () => staysIdle(page, program));
  await step('foreign page', () => refusesForeignPage(browser, origin, program));
  await step('nonsense', () => bearsNonsense(page, program));
  await step('newest page wins', () => newestPageWins(context, page, origin, program));
  const next = await step('restart', () => survivesRestart(page, program, new URL(origin).port));
  await page.page.close();
  await next.line(/^err: The page has (gone|closed the connection)\.$/);
  assert.equal(await next.end(), 0);
  assert.deepEqual(problems, []);
}

const browser = await launchChromium();
const watchdog = new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`more than ${TIME_LIMIT / 1000} s`)), TIME_LIMIT).unref();
});
try {
  await Promise.race([run(browser), watchdog]);
  console.log('browser_chat passed');
} catch (error) {
  console.error(error);
  for (const program of programs) console.error(program.lines.join('\n'));
  console.error(problems.join('\n'));
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    await page.screenshot({path: picture('failure')}).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  for (const program of programs) program.end('SIGKILL');
  await browser.close();
  rmSync(scratch, {recursive: true, force: true});
}
