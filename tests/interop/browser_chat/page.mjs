// SPDX-License-Identifier: MIT
// The example's page in the browser, by what a user sees and does.

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';

export class ChatPage {
  constructor(page, problems) {
    this.page = page;
    page.setDefaultTimeout(40000);
    page.on('pageerror', (error) => problems.push(String(error)));
    // What the content security policy refuses is told here, too. A server that is gone is no problem of the page.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('WebSocket connection')) problems.push(message.text());
    });
  }

  async open(url) {
    await this.page.goto(url);
  }

  state(name) {
    return this.page.waitForSelector(`#state[data-state=${name}]`);
  }

  async say(text) {
    await this.page.fill('#line', text);
    await this.page.press('#line', 'Enter');
  }

  /** Waits for a message of that very text from the terminal. */
  async heard(text) {
    await this.page.waitForFunction(
      (expected) => [...document.querySelectorAll('.message:not(.mine) .text')].some((it) => it.textContent === expected),
      text,
    );
  }

  /** Picks a file, as the dialogue of the button does. */
  sendFile(path) {
    return this.page.setInputFiles('#files', path);
  }

  /** Small ones, under names that no file on this disk may have. */
  sendNamed(files) {
    return this.page.setInputFiles('#files', Object.entries(files).map(([name, buffer]) => ({
      name, buffer, mimeType: 'application/octet-stream',
    })));
  }

  /** The last transfer of that name. */
  file(name) {
    return this.page.locator('.file').filter({has: this.page.getByText(name, {exact: true})}).last();
  }

  async fileNote(name, state) {
    const file = this.file(name);
    await this.page.waitForFunction(
      ([expectedName, expected]) => {
        const all = [...document.querySelectorAll('.file')];
        const last = all.filter((it) => it.querySelector('.name').textContent === expectedName).at(-1);
        return last?.dataset.state === expected;
      },
      [name, state],
    );
    return file.locator('.note').innerText();
  }

  async save(name) {
    const download = this.page.waitForEvent('download');
    await this.file(name).getByText('Save', {exact: true}).click();
    return readFile(await (await download).path());
  }

  /** From now on: the most that waited at each end, and the values that the last progress bar has shown. */
  watch() {
    return this.page.evaluate(() => {
      const seen = (window.seen = {here: 0, there: 0, progress: new Set()});
      const look = () => {
        seen.here = Math.max(seen.here, peer.buffered);
        const bar = [...document.querySelectorAll('.file > progress')].at(-1);
        if (bar) seen.progress.add(bar.value);
        seen.timer = requestAnimationFrame(look);
      };
      look();
      peer.addEventListener('figures', ({detail}) => {
        seen.there = Math.max(seen.there, Number(detail.buffered_amount));
      });
    });
  }

  async seen() {
    return this.page.evaluate(() => ({...window.seen, progress: [...window.seen.progress]}));
  }

  /** Waits until the program's figures have come so many times more. */
  figures(count) {
    return this.page.evaluate(
      (wanted) =>
        new Promise((resolve) => {
          let left = wanted;
          const come = () => {
            if (--left > 0) return;
            peer.removeEventListener('figures', come);
            resolve();
          };
          peer.addEventListener('figures', come);
        }),
      count,
    );
  }

  async assertStatistics() {
    const text = (id) => this.page.locator(`#${id}`).innerText();
    assert.match(await text('round-trip'), /^(< )?\d+(\.\d)?$/);
    assert.match(await text('sctp-round-trip'), /^(< )?\d+(\.\d)? ms$/);
    for (const id of ['rate-out', 'rate-in', 'throughput-top']) assert.match(await text(id), /^\d+(\.\d)? [kM]?B\/s$/, id);
    for (const id of ['buffered-here-text', 'buffered-there-text']) assert.match(await text(id), /^\d+(\.\d)? [kM]?B$/, id);
    for (const id of ['local', 'remote']) assert.match(await text(id), /^[0-9a-f:.[\]]+:\d+ \([a-z]+, udp\)$/, id);
    for (const curve of ['#round-trip-plot .curve', '#throughput-plot .out .curve', '#throughput-plot .in .curve']) {
      const points = (await this.page.locator(curve).getAttribute('d')).split('L');
      assert.ok(points.length > 2, `${curve} has ${points.length} points`);
      assert.ok(!points.some((point) => point.includes('NaN')), `${curve} is broken`);
    }
  }

  async screenshot(path, {width = 1280, height = 800, dark = false} = {}) {
    await this.page.setViewportSize({width, height});
    await this.page.emulateMedia({colorScheme: dark ? 'dark' : 'light'});
    await this.page.screenshot({path});
  }
}
