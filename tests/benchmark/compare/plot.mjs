// SPDX-License-Identifier: MIT
// Line charts as SVG: a figure is a row of panels with one legend. It has a ground of its own and follows the reader's
// choice of light or dark, so it is legible wherever it is shown.

const width = 900;
const height = 380;
const margin = {top: 76, bottom: 52, left: 62, right: 18};

// Colours that also differ for those who see fewer of them; the shapes differ as well.
const light = ['#0060a8', '#3d8fd1', '#c25200', '#00795a', '#8c4a9e', '#7a6200'];
const dark = ['#58b0ff', '#9acbff', '#ff9d57', '#3ecf9f', '#d9a0e8', '#d8c04a'];
const styles = (colours, ground, ink, faint) => [
  `.ground{fill:${ground}}.text{fill:${ink}}.axis{stroke:${ink}}.grid{stroke:${faint}}.limit{stroke:${ink};fill:none}`,
  ...colours.map((colour, i) => `.line${i}{stroke:${colour}}.mark${i}{fill:${colour}}`),
].join('');
const style = `text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}` +
  `.title{font-weight:600;font-size:14px}.line{fill:none;stroke-width:2.25;stroke-linejoin:round}` +
  `.limit,.second{stroke-dasharray:6 4}.grid{stroke-width:1}` +
  `${styles(light, '#ffffff', '#24292f', '#e3e6ea')}` +
  `@media(prefers-color-scheme:dark){${styles(dark, '#0d1117', '#e6edf3', '#2b323b')}}`;

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[c]);
const at = (value) => Number(value.toFixed(1));
const shortly = (value) => (value >= 1e6 ? `${value / 1e6}M` : value >= 1e4 ? `${value / 1e3}k` : String(value));

/** The steps of 1, 2 and 5 times a power of ten from the last one at or below `from` to the first at or above `to`. */
export function logTicks(from, to) {
  const steps = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); ++power) {
    for (const step of [1, 2, 5]) steps.push(Number((step * 10 ** power).toPrecision(1)));
  }
  const first = steps.findLastIndex((step) => step <= from);
  const last = steps.findIndex((step) => step >= to);
  return steps.slice(first, last + 1);
}

/** From 0 to at least `to`, in at most six even steps. */
export function linearTicks(to) {
  const rough = to / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  return Array.from({length: Math.ceil(to / step - 1e-9) + 1}, (_, i) => Number((i * step).toPrecision(6)));
}

function scale(kind, [from, to], [low, high]) {
  const f = kind === 'log' ? Math.log : (value) => value;
  return (value) => low + ((f(value) - f(from)) / (f(to) - f(from))) * (high - low);
}

function mark(look, x, y) {
  const disc = `M${at(x - 4)} ${y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z`;
  const shapes = [
    disc,
    disc,
    `M${at(x - 4)} ${at(y - 4)}h8v8h-8z`,
    `M${x} ${at(y - 5)}l5 9h-10z`,
    `M${x} ${at(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5-5.5z`,
    `M${x} ${at(y + 5)}l5-9h-10z`,
  ];
  return `<path class="mark${look}" d="${shapes[look]}"/>`;
}

const lineClass = (look) => `line line${look}${look === 1 ? ' second' : ''}`;

function drawPanel({title, x, y, lines, limit}, left, right) {
  const values = lines.flatMap(({points}) => points.map(([, value]) => value));
  if (limit) values.push(limit.value);
  if (!values.length) return '';
  const [bottom, top] = [height - margin.bottom, margin.top + 24];
  const ticks = y.scale === 'log' ? logTicks(Math.min(...values), Math.max(...values)) : linearTicks(Math.max(...values));
  // Of many steps only the powers of ten are named.
  const named = (value) => ticks.length <= 8 || y.scale !== 'log' || Number.isInteger(Math.log10(value));
  const toY = scale(y.scale, [ticks[0], ticks.at(-1)], [bottom, top]);
  const toX = scale(x.scale, [x.ticks[0].value, x.ticks.at(-1).value], [left + 14, right - 14]);
  const parts = [`<text class="text title" x="${left}" y="${margin.top + 6}">${escape(title)}</text>`];
  for (const value of ticks.filter(named)) {
    const line = at(toY(value));
    parts.push(`<path class="grid" d="M${left} ${line}H${right}"/>`,
      `<text class="text" x="${left - 7}" y="${at(line + 4)}" text-anchor="end">${shortly(value)}</text>`);
  }
  parts.push(`<path class="axis" d="M${left} ${bottom}H${right}"/>`);
  for (const {value, text} of x.ticks) {
    parts.push(`<text class="text" x="${at(toX(value))}" y="${bottom + 19}" text-anchor="middle">${escape(text)}</text>`);
  }
  parts.push(`<text class="text" x="${(left + right) / 2}" y="${bottom + 40}" text-anchor="middle">${escape(x.label)}</text>`);
  if (limit) {
    const line = at(toY(limit.value));
    parts.push(`<path class="limit" d="M${left} ${line}H${right}"/>`,
      `<text class="text" x="${right}" y="${at(line + (limit.below ? 16 : -6))}" text-anchor="end">${escape(limit.text)}</text>`);
  }
  for (const {look, points} of lines.filter((line) => line.points.length)) {
    const spots = points.map(([px, py]) => [at(toX(px)), at(toY(py))]);
    parts.push(`<path class="${lineClass(look)}" d="${spots.map((spot, i) => `${i ? 'L' : 'M'}${spot.join(' ')}`).join('')}"/>`,
      ...spots.map(([px, py]) => mark(look, px, py)));
  }
  return parts.join('\n');
}

function legend(series) {
  let x = margin.left - 40;
  return series.map(({name, look}) => {
    const part = `<path class="${lineClass(look)}" d="M${x} 48h26"/>${mark(look, x + 13, 48)}` +
      `<text class="text" x="${x + 33}" y="52">${escape(name)}</text>`;
    x += 52 + 7.2 * name.length;
    return part;
  }).join('\n');
}

/** How many looks there are. 0 and 1 are the same colour, light and dashed the second time. */
export const looks = light.length;

/**
 * `series`: {name, look}; `panels`: {title, x: {scale, label, ticks: [{value, text}]}, y: {scale}, lines: [{look, points}],
 * limit?: {value, text, below?}}. The scales are 'log' or 'linear', and points [x, y] in order.
 */
export function figure({title, description, series, panels}) {
  const each = (width - 10) / panels.length;
  const drawn = panels.map((panel, i) => drawPanel(panel, at(i * each + margin.left), at((i + 1) * each - margin.right)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
      'aria-labelledby="title description">',
    `<title id="title">${escape(title)}</title>`,
    `<desc id="description">${escape(description)}</desc>`,
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    `<text class="text title" x="${margin.left - 40}" y="26">${escape(title)}</text>`,
    legend(series),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
