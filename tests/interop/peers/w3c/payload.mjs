// SPDX-License-Identifier: MIT
// What the agents send and how they tell what arrived. Used by the agents in Node and in the page, and by the runner.

const table = Uint32Array.from({length: 256}, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; ++bit) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value >>> 0;
});

/** CRC-32 as zlib, PNG and Ethernet have it. */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

/** The bytes of a message that is told by its size. */
export function testPayload(text, size) {
  return Uint8Array.from({length: size}, (_, i) => (text ? 97 + (i % 26) : (i * 31 + (i >> 8)) & 255));
}
