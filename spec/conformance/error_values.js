// How messages name the value that was refused: quotes, escapes, what is cut, numbers.
"use strict";
const t = require("./prelude");
const { net, says } = t;

const texts = ["", "x", "it's", "\"", "a\"b'c", "`'\"", "a\nb\t\b\f\r\v\\", "\0\x1b\x7f", "x".repeat(28),
  "x".repeat(29), "é".repeat(28), "é".repeat(29), "it's " + "x".repeat(40), "\u0085'",
  "it's\n\0", "x".repeat(130), "'\"" + "x".repeat(130)];
const list = new net.BlockList();
for (const text of texts) {
  says("type", () => list.addSubnet("1.1.1.1", text));
  says("value", () => list.addAddress("1.1.1.1", text));
  says("port", () => net.connect({ port: text }));
}
const numbers = [-1, 1.5, NaN, Infinity, -Infinity, 4294967296, 4294967297, 1e10, -1e15, 123456789012,
  1e20, 1e21, 1.5e300, 0.1, 1e-6, 1.5e-7, -1.25, 1e100 / 3, 2 ** 53, 100000.5];
const socket = new net.Socket();
for (const number of numbers) {
  says("type", () => list.addAddress(number));
  says("range", () => list.addSubnet("1.1.1.1", number));
  says("port", () => net.connect({ port: number }));
  says("value", () => new net.Socket({ highWaterMark: number < 0 ? number : -number }));
  says("delay", () => net.setDefaultAutoSelectFamilyAttemptTimeout(-Math.abs(number)));
  says("msecs", () => socket.setTimeout(-Math.abs(number)));
}
says("type", () => list.addAddress(-0));

t.run();
