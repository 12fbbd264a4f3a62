// Writes codec_cases.txt: what node's Buffer makes of texts and of bytes in each encoding. Run with
// node v20; the same table comes out each time. A line is "encode", the encoding, text as UTF-8,
// bytes; or "decode", the encoding, bytes, text as UTF-8. The last two are in hex, split by tabs.
'use strict';

const fs = require('fs');
const path = require('path');

let state = 3; // mulberry32, so that the cases are the same everywhere
function below(n) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
const pick = (list) => list[below(list.length)];
const times = (n, make) => Array.from({ length: n }, make);

const encodings = ['utf8', 'hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le'];

// Bytes that are often, but not always, valid UTF-8, and near its limits when they are not.
const limits = ['c2', 'c0', 'c1', 'df', 'e0', 'ed', 'ef', 'f0', 'f4', 'f5', 'f8', 'fe', 'ff', '80',
  '8f', '90', '9f', 'a0', 'bf', '00', '41', '7f', 'e0a0', 'ed9f', 'eda0', 'f090', 'f48f', 'f490',
  'f09f98', 'efbfbd', 'efbbbf', 'edb080', 'f08080', 'e08080', 'c080'];
const characters = ['a', 'Z', '\n', '\0', '\u007f', '\u0080', '\u00e9', '\u07ff', '\u0800', '\u20ac',
  '\ud7ff', '\ue000', '\ufeff', '\ufffd', '\uffff', '\u{10000}', '\u{1f600}', '\u{10ffff}'];
const valid = () => Buffer.from(times(below(10), () => pick(characters)).join(''));
const nearly = () => Buffer.from(times(1 + below(8), () => pick(limits)).join(''), 'hex');
const random = () => Buffer.from(times(below(24), () => below(256)));
const mixed = () => Buffer.concat(times(1 + below(4), () => pick([valid, nearly])()));
// UTF-16 in which halves of pairs are frequent.
const units = () => Buffer.concat([Buffer.from(times(below(8), () => pick(['4100', 'ac20', '3dd8',
  '00de', 'ffdb', '00dc', 'ffdf', '00d8', 'ffff', 'ffd7', '00e0'])).join(''), 'hex'),
Buffer.from(times(below(2), () => below(256)))]);
const bytes = () => pick([valid, nearly, random, mixed, units])();

// Texts that make sense in the encoding, with junk in them at times: also characters whose low byte
// is a digit of it, since node looks at that byte only.
const junk = [' ', '\n', '=', '==', '*', '-', '_', '+', '/', 'g', '\u00e9', '\u0161', '\u013d',
  '\u2028', '\u{1f600}', '\u{10041}', '\ufffd', '\0'];
function spoiled(text) {
  for (let n = below(4); n > 0; n--) {
    const at = below(text.length + 1);
    text = text.slice(0, at) + pick(junk) + text.slice(at + below(2));
  }
  return text.slice(0, text.length - below(2));
}
const written = (encoding) => Buffer.from(spoiled(random().toString(encoding)));
// A string holds no invalid UTF-8, so for utf8, where lnet passes all bytes, only valid text.
function text(encoding) {
  if (encoding === 'utf8') return valid();
  return pick([() => written(encoding), () => written('hex'), mixed, valid, random])();
}

const lines = new Set();
const add = (...columns) => lines.add(columns.join('\t'));
function encode(encoding, source) {
  add('encode', encoding, source.toString('hex'),
    Buffer.from(source.toString(), encoding).toString('hex'));
}
function decode(encoding, source) {
  const decoded = source.toString(encoding).toWellFormed();
  add('decode', encoding, source.toString('hex'), Buffer.from(decoded).toString('hex'));
}
for (const encoding of encodings) {
  times(encoding === 'utf8' ? 40 : 250, () => encode(encoding, text(encoding)));
  times(encoding === 'utf8' ? 600 : 120, () => decode(encoding, bytes()));
}
// Longer than what node treats as short (half its pool of 8 KiB), with something odd far in.
for (const encoding of ['base64', 'hex']) {
  const long = Buffer.from(random().toString(encoding).repeat(400).replace(/=/g, '').slice(0, 2900));
  encode(encoding, Buffer.concat([long.subarray(0, 1200), Buffer.from(pick(junk)), long]));
}
fs.writeFileSync(path.join(__dirname, 'codec_cases.txt'), `${[...lines].join('\n')}\n`);
