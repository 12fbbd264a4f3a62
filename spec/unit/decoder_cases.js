// Writes decoder_cases.txt: what node's StringDecoder makes of bytes that come in chunks. Run with
// node v20; the same table comes out each time. A line is the encoding, the chunks, then the text
// of each chunk and of the end, split by tabs; chunks and texts are in hex, joined by "|".
'use strict';

const fs = require('fs');
const path = require('path');
const { StringDecoder } = require('string_decoder');

let state = 4; // mulberry32, so that the cases are the same everywhere
function below(n) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
const pick = (list) => list[below(list.length)];
const times = (n, make) => Array.from({ length: n }, make);
const bytes = (hex) => Buffer.from(hex, 'hex');

// Valid text, then text with the beginnings and the rests of characters, then anything.
const characters = ['a', '\n', '\u0080', '\u00e9', '\u07ff', '\u0800', '\u20ac', '\ufeff', '\ufffd',
  '\uffff', '\u{10000}', '\u{1f600}', '\u{10ffff}'];
const limits = ['c2', 'c0', 'c1', 'df', 'e0', 'ed', 'ef', 'f0', 'f4', 'f5', 'f7', 'f8', 'fe', 'ff',
  '80', '8f', '90', '9f', 'a0', 'bf', '00', '41', '7f', 'e282', 'e0a0', 'eda0', 'f090', 'f490',
  'f09f98', 'f09f9880', 'e282ac', 'e08080', 'f0808080', '8080808080'];
const units = ['4100', 'ac20', '3dd8', '00de', 'ffdb', '00dc', 'ffdf', '00d8', 'ffd7', '00e0', 'd8',
  '3dd800de', '3dd800de'];
const text = (encoding) => Buffer.from(times(below(8), () => pick(characters)).join(''), encoding);
const nearly = () => bytes(times(1 + below(8), () => pick(limits)).join(''));
const halves = () => bytes(times(1 + below(6), () => pick(units)).join(''));
const random = () => Buffer.from(times(below(20), () => below(256)));
function data(encoding) {
  if (encoding === 'utf8') return pick([() => text('utf8'), nearly, nearly, random])();
  if (encoding === 'utf16le') return pick([() => text('utf16le'), halves, halves, random])();
  return random();
}

// At times a chunk is empty; at times each is a single byte.
function chunked(whole) {
  const chunks = [];
  const longest = pick([1, 2, 3, 5, 12]);
  for (let at = 0; at < whole.length;) {
    const length = longest === 1 ? 1 : below(longest + 1);
    chunks.push(whole.subarray(at, at + length));
    at += length;
  }
  return chunks.length > 0 ? chunks : [whole];
}

// The text of each chunk as UTF-8. Where node's ends in the first half of a pair and no other half
// follows yet (it would be held), that half goes to the next text: alone it has no form in UTF-8.
// JavaScript joins such strings to the same end.
function asUtf8(parts) {
  let carried = '';
  return parts.map(({ text, held }, index) => {
    const whole = carried + text;
    const last = whole.charCodeAt(whole.length - 1);
    const half = last >= 0xd800 && last <= 0xdbff && held < 2 && index < parts.length - 1;
    carried = half ? whole.slice(-1) : '';
    return Buffer.from((half ? whole.slice(0, -1) : whole).toWellFormed()).toString('hex');
  });
}

function line(encoding) {
  const chunks = chunked(data(encoding));
  const decoder = new StringDecoder(encoding);
  const parts = chunks.map((chunk) => {
    const text = decoder.write(chunk);
    return { text, held: decoder.lastTotal - decoder.lastNeed };
  });
  parts.push({ text: decoder.end(), held: 0 });
  return [encoding, chunks.map((chunk) => chunk.toString('hex')).join('|'), asUtf8(parts).join('|')]
    .join('\t');
}

const wanted =
  { utf8: 900, utf16le: 600, base64: 200, base64url: 150, hex: 50, latin1: 50, ascii: 50 };
const lines = new Set();
for (const [encoding, count] of Object.entries(wanted))
  times(count, () => lines.add(line(encoding)));
fs.writeFileSync(path.join(__dirname, 'decoder_cases.txt'), `${[...lines].join('\n')}\n`);
