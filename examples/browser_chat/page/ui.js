// SPDX-License-Identifier: MIT
// What is seen, and what is done with it.

const element = (id) => document.getElementById(id);
const show = (id, text) => {
  element(id).textContent = text;
};

const STATES = {
  reaching: {pill: 'Reaching the program'},
  connecting: {pill: 'Connecting'},
  connected: {pill: 'Connected'},
  silent: {pill: 'Not heard', banner: 'Nothing is heard from the program. This may pass.'},
  lost: {pill: 'Not connected', banner: 'The program is gone. This page connects again as soon as it is back.', button: 'Try now'},
  replaced: {pill: 'Moved', banner: 'The chat has moved to another page, which connected later.', button: 'Use it here'},
};

const peer = new Peer();
const transfers = new Set();
let unread = 0;

// State.

function onState() {
  const {pill, banner, button} = STATES[peer.state];
  element('state').dataset.state = peer.state;
  show('state-text', pill);
  element('banner').hidden = !banner;
  show('banner-text', banner ?? '');
  element('banner-button').hidden = !button;
  show('banner-button', button ?? '');
  const connected = peer.state === 'connected';
  element('attach').disabled = !connected;
  onInput();
  if (peer.state !== 'lost' && peer.state !== 'replaced') return;
  for (const transfer of transfers) if (transfer.active) transfer.fail('The connection was lost');
  lastTime = 0;
  for (const id of FIGURES) show(id, '–');
  element('round-trip-unit').hidden = true;
}

element('banner-button').onclick = () => peer.open();

// Messages.

// Who reads the end of the log goes on to see it, whatever is added and however the window changes.
let atEnd = true;
const log = element('log');
const scrollToEnd = () => {
  log.scrollTop = log.scrollHeight;
};
log.onscroll = () => {
  atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
};
new ResizeObserver(() => atEnd && scrollToEnd()).observe(log);

function append(article, mine) {
  element('empty').hidden = true;
  article.classList.toggle('mine', mine);
  const footer = article.querySelector('footer');
  footer.textContent = `${mine ? 'You' : 'Terminal'} · ${timeText()}`;
  // Once is enough for what one end says in one minute.
  const former = log.lastElementChild.querySelector('footer');
  if (former?.textContent === footer.textContent) former.hidden = true;
  log.append(article);
  if (mine || atEnd) scrollToEnd();
  if (document.hidden && !mine) document.title = `(${++unread}) Browser chat`;
}

const copyOf = (id) => element(id).content.firstElementChild.cloneNode(true);

function showMessage(text, mine) {
  const article = copyOf('message-template');
  article.querySelector('.text').textContent = text;
  append(article, mine);
}

function onInput() {
  const line = element('line');
  element('send').disabled = peer.state !== 'connected' || !line.value.trim();
  line.style.height = 'auto';
  line.style.height = `${line.scrollHeight + 2}px`;
}

element('line').oninput = onInput;
element('line').onkeydown = (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  element('composer').requestSubmit();
};
element('composer').onsubmit = (event) => {
  event.preventDefault();
  const text = element('line').value.trim();
  if (!text || peer.state !== 'connected') return;
  peer.say(text);
  showMessage(text, true);
  element('line').value = '';
  onInput();
};

// Files.

function noteOf({state, done, size, rate, note, mine}) {
  if (state === 'waiting') return mine ? `${sizeText(size)} · waiting for the program` : 'announced';
  if (state === 'failed' || state === 'stopped') return note;
  if (state === 'done') return [sizeText(size), ...(size ? [`${sizeText(rate)}/s`] : []), ...(note ? [note] : [])].join(' · ');
  const left = rate > 0 ? ` · ${durationText((size - done) / rate)} left` : '';
  return `${sizeText(done)} of ${sizeText(size)} · ${sizeText(rate)}/s${left}`;
}

function showTransfer(transfer) {
  const article = copyOf('file-template');
  const part = (selector) => article.querySelector(selector);
  let planned = false;
  const draw = () => {
    planned = false;
    article.dataset.state = transfer.state;
    part('.name').textContent = part('.name').title = transfer.name;
    part('.note').textContent = part('.note').title = noteOf(transfer);
    part('progress').value = transfer.size ? transfer.done / transfer.size : 0;
    part('progress').ariaLabel = `Progress of ${transfer.name}`;
    part('.stop').hidden = !transfer.active;
    part('.stop').ariaLabel = `Stop ${transfer.name}`;
    if (transfer.url) Object.assign(part('.save'), {href: transfer.url, download: transfer.name, hidden: false});
  };
  // At most once for each frame that is drawn; the end is drawn at once, in a hidden page too.
  transfer.addEventListener('change', () => {
    if (!transfer.active) draw();
    else if (!planned) planned = Boolean(requestAnimationFrame(draw));
  });
  part('.stop').onclick = () => {
    transfer.stop();
    element('line').focus();
  };
  transfers.add(transfer);
  draw();
  append(article, transfer.mine);
}

function sendFiles(files) {
  if (peer.state !== 'connected') return;
  for (const file of files) showTransfer(new OutgoingTransfer(peer, file));
}

peer.addEventListener('file', ({detail: channel}) => showTransfer(new IncomingTransfer(peer, channel)));
element('attach').onclick = () => element('files').click();
element('files').onchange = () => {
  sendFiles(element('files').files);
  element('files').value = '';
};
element('line').onpaste = (event) => {
  if (event.clipboardData.files.length === 0) return;
  event.preventDefault();
  sendFiles(event.clipboardData.files);
};
const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
addEventListener('dragover', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  element('drop').hidden = peer.state !== 'connected';
});
addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) element('drop').hidden = true;
});
addEventListener('drop', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  element('drop').hidden = true;
  sendFiles(event.dataTransfer.files);
});

// Statistics: drawn when the program's figures come, twice a second.

const FIGURES = ['round-trip', 'rate-out', 'rate-in', 'buffered-here-text', 'buffered-there-text', 'sctp-round-trip',
                 'window', 'retransmissions', 'local', 'remote'];
const roundTripPlot = new Plot(element('round-trip-plot'), ['plain'], 2);
const throughputPlot = new Plot(element('throughput-plot'), ['out', 'in'], 10000);
let lastTime = 0;
let lastSent = 0;
let lastReceived = 0;

function onFigures(figures) {
  const now = performance.now();
  // Those that were held up come in a heap.
  if (now - lastTime < Peer.PROBE_EVERY / 2) return;
  const {sent, received, buffered} = peer;
  element('round-trip-unit').hidden = false;
  show('round-trip', millisecondsText(figures.roundTrip));
  roundTripPlot.push(figures.roundTrip);
  show('round-trip-top', `up to ${millisecondsText(roundTripPlot.highest)} ms`);
  if (lastTime) {
    const perSecond = (bytes) => Math.max(0, (1000 * bytes) / (now - lastTime));
    const rates = [perSecond(sent - lastSent), perSecond(received - lastReceived)];
    show('rate-out', `${sizeText(rates[0])}/s`);
    show('rate-in', `${sizeText(rates[1])}/s`);
    show('throughput-top', `${roundSizeText(throughputPlot.push(...rates))}/s`);
  }
  [lastTime, lastSent, lastReceived] = [now, sent, received];
  show('buffered-here-text', sizeText(buffered));
  element('buffered-here').value = buffered;
  show('buffered-there-text', sizeText(Number(figures.buffered_amount)));
  element('buffered-there').value = Number(figures.buffered_amount);
  show('sctp-round-trip', `${millisecondsText(1000 * Number(figures.round_trip_time))} ms`);
  show('window', sizeText(Number(figures.congestion_window)));
  show('retransmissions', figures.retransmissions);
  show('local', pathEnd(figures.local));
  show('remote', pathEnd(figures.remote));
  show('totals', `${sizeText(sent)}, ${sizeText(received)}`);
}

// "host udp 127.0.0.1 40000"
function pathEnd(text) {
  const [type, transport, address, port] = text.split(' ');
  return `${address.includes(':') ? `[${address}]` : address}:${port} (${type}, ${transport})`;
}

peer.addEventListener('state', onState);
peer.addEventListener('chat', ({detail: text}) => showMessage(text, false));
peer.addEventListener('figures', ({detail: figures}) => onFigures(figures));
addEventListener('visibilitychange', () => {
  unread = 0;
  document.title = 'Browser chat';
});
addEventListener('pagehide', () => peer.close());
addEventListener('pageshow', (event) => event.persisted && peer.open());
onState();
peer.open();
element('line').focus();
