// SPDX-License-Identifier: MIT
// Numbers as people read them.

function sizeText(bytes) {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = bytes / 1000;
  let unit = 0;
  for (; size >= 999.95 && unit + 1 < units.length; ++unit) size /= 1000;
  return `${size.toFixed(1)} ${units[unit]}`;
}

// Of a size that is a round number.
const roundSizeText = (bytes) => sizeText(bytes).replace('.0 ', ' ');

function durationText(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

function millisecondsText(milliseconds) {
  if (milliseconds < 0.05) return '< 0.1';
  return milliseconds.toFixed(milliseconds < 9.95 ? 1 : 0);
}

const timeText = () => new Date().toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
