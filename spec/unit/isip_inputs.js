// Writes isip_table.txt: texts, what node's net.isIP says of each, and how libuv prints the address.
// Run with node v20; the same table comes out each time. The text is between the line's start and
// the first tab, with \xNN for each byte of its UTF-8 that is not printable ASCII, and for "\".
'use strict';

const fs = require('fs');
const net = require('net');
const path = require('path');

let state = 20; // mulberry32, so that the inputs are the same everywhere
function below(n) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
const pick = (list) => list[below(list.length)];
const times = (n, make) => Array.from({ length: n }, make);

const byHand = [
  '', ' ', '.', ':', '::', ':::', '::::', '%', '::%', '::%%', '::%a%b', '%eth0', '1', '1.', '1.2',
  '1.2.3', '1.2.3.', '1.2.3.4', '1.2.3.4.', '.1.2.3.4', '1..2.3', '1.2.3.4.5', '0.0.0.0',
  '255.255.255.255', '256.1.1.1', '1.1.1.256', '999.1.1.1', '1000.1.1.1', '01.2.3.4', '1.2.3.04',
  '00.0.0.0', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.4\n', '\n1.2.3.4', '0x1.2.3.4', '1.2.3.a', '+1.2.3.4',
  '-1.2.3.4', '1.2.3.4%eth0', '1.2.3.4\0', '1.2.3\0.4', '::1\0', '\0::1', '::\0' + '1', '127.1',
  '2130706433', '1,2,3,4', '\u0661.2.3.4', '1.2.3.\u0664', '\uff11::', '::\u0661', '\ud800',
  '::1%\u00e9', '::1', '1::', '1::1', ':1', '1:', ':1:', '1:2', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:', ':2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7:8::', '::1:2:3:4:5:6:7:8', '1::3:4:5:6:7:8', '1:2:3::5:6:7:8', '1:2:3::4:5:6:7:8',
  '1::2::3', '::1::', ':::1', '1:::2', '1:::', '12345::', '::12345', '1::00001', '0000::0000',
  '::g', 'g::', '::G', 'ABCD:EF01:2345:6789:abcd:ef01:2345:6789', '[::1]', '::1]', '::/0',
  '::1/128', '::1.2.3.4', '1.2.3.4::', '1.2.3.4::1', '::1.2.3.4:1', '::1:1.2.3.4', '::ffff:1.2.3.4',
  '::FFFF:255.255.255.255', '::ffff:256.1.1.1', '::ffff:01.2.3.4', '::ffff:1.2.3',
  '::ffff:1.2.3.4.5', '::.1.2.3', '::1.2.3.4.', '::a.2.3.4', '::1a.2.3.4', '::1000.2.3.4',
  '64:ff9b::192.0.2.33', '1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:1.2.3.4', '1:2:3:4:5:6:7:1.2.3.4',
  '1:2:3:4:5::1.2.3.4', '1:2:3:4:5:6::1.2.3.4', '::1:2:3:4:5:1.2.3.4', '::1:2:3:4:5:6:1.2.3.4',
  '1:2:3:4::5:1.2.3.4', '1::1.2.3.4%eth0', 'fe80::1%eth0', 'fe80::1%', 'fe80::1%1',
  'fe80::%a-b.c:d', 'fe80::1%eth_0', 'fe80::1%eth 0', 'fe80::1%eth0%', 'fe80::1%/', '::1%[',
  '::1%-', '::1%:', '::1%.', '::1%a\n', '::1%a\0', 'fe80:%eth0', '1:2:3:4:5:6:7:8%z', '::1 ',
  ' ::1', '::1\n', 'localhost', 'example.com', 'a.b.c.d', '1:2:3:4:5:6:7:8.9', '::1\\',
  'x'.repeat(300), '1'.repeat(300), '::1%' + 'z'.repeat(300), ':'.repeat(64), '0:'.repeat(8),
  '0:'.repeat(7) + '0',
];

const octet = () => String(pick([below(256), below(256), below(10), 0, 255]));
const v4 = () => times(4, octet).join('.');
function group() {
  const hex = below(pick([1, 2, 16, 0x100, 0x10000, 0x10000])).toString(16);
  const padded = below(4) === 0 ? hex.padStart(1 + below(4), '0') : hex;
  return below(3) === 0 ? padded.toUpperCase() : padded;
}
// An address of about the right number of groups, at times with a gap, an IPv4 tail or a zone.
function v6() {
  const withV4 = below(4) === 0;
  const gap = below(4) > 0;
  const full = withV4 ? 6 : 8;
  const count = below(6) === 0 ? below(10) : gap ? below(full) : full;
  const groups = times(count, group);
  if (withV4) groups.push(v4());
  let text = groups.join(':');
  if (gap) {
    const at = below(groups.length + 1);
    text = `${groups.slice(0, at).join(':')}::${groups.slice(at).join(':')}`;
  }
  return below(8) === 0 ? `${text}%${pick(['eth0', '1', 'en-1', 'a.b', 'x:y', '', 'a_b', '%'])}` : text;
}

const odd = ' -/+xX@[`{\t\n\r\0\u007f\u00e9\u0130\u20ac';
const telling = [...`0123456789abcdefABCDEFgG::::....%%${odd}`, '::', '1.2.3.4', '256', '00'];
function mutate(text) {
  const at = below(text.length + 1);
  const kind = below(5);
  if (kind === 0) return text.slice(0, at) + pick(telling) + text.slice(at);
  if (kind === 1) return text.slice(0, at) + text.slice(at + 1);
  if (kind === 2) return text.slice(0, at) + pick(telling) + text.slice(at + 1);
  if (kind === 3) return text.slice(0, at) + text.slice(at, at + 1 + below(4)) + text.slice(at);
  return text.slice(0, at);
}
const noise = () => times(below(24), () => pick(telling)).join('');
const address = () => pick([v4, v6, v6])();

// The same for addresses whose zeros lie everywhere, for the sake of printing them.
const sparse = () => times(8, () => pick(['0', '0', '1', 'ffff'])).join(':');

const inputs = new Set([
  ...byHand,
  ...times(600, v4),
  ...times(2200, v6),
  ...times(1800, () => mutate(address())),
  ...times(700, () => mutate(mutate(mutate(address())))),
  ...times(500, noise),
  ...times(400, sparse),
]);

function escape(text) {
  let line = '';
  for (const byte of Buffer.from(text))
    line += byte > 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`;
  return line;
}
function printed(text, version) {
  if (version === 0) return '';
  return `\t${new net.SocketAddress({ address: text.replace(/%.*/, ''), family: `ipv${version}` }).address}`;
}
const lines = [...inputs].map((text) => {
  const version = net.isIP(text);
  return `${escape(text)}\t${version}${printed(text, version)}\n`;
});
fs.writeFileSync(path.join(__dirname, 'isip_table.txt'), lines.join(''));
