// Text where a number is due: JavaScript's numbers, not those of another language.
"use strict";
const t = require("./prelude");
const { net, log, raises, says } = t;

const TEXTS = ["", " ", "\t", "\n ", "\u00a0", "0x1p0", "0xA.0", "1e400", "inf", "nan", "Infinity", "0x", "1e", ".", "1_0",
  "80\0", "0xg", "0b2", "0o8", "+0x50", "5 5", "65536", "-1", "1.5", "0b1010000", "0o120", " 80 ", "8e1", "+80", "0x50",
  "0X50", "80.0", "80.", ".8e2", "\u00a080\ufeff", "\v80\f", "080", "-0", "0x00000000050"];

TEXTS.forEach((text, i) => {
  const server = net.createServer();
  server.on("error", () => {});
  says(`listen ${i}`, () => server.listen({ port: text, host: "127.0.0.1" }));
  log("listening", server.listening);
  server.close();
  const socket = new net.Socket();
  socket.on("error", () => {});
  says(`connect ${i}`, () => socket.connect({ port: text, host: "127.0.0.1" }));
  socket.destroy();
});

const listens = (label, ...args) => {
  const server = net.createServer();
  raises(label, () => server.listen(...args));
  log(label, server.listening);
  server.close();
};
for (const value of ["5", "0x10", "x", "", true, -1, NaN, 1.5]) {
  listens("backlog", { port: 0, backlog: value });
  listens("backlog argument", 0, value);
  listens("backlog behind the host", 0, "127.0.0.1", value);
}

const socket = new net.Socket();
socket.unshift("hello world");
for (const size of ["1", " 1x", "0x10", "1e1", "+1", true, "x"]) {
  const got = socket.read(size);
  log("read", String(size), got === null ? "nothing" : String(got));
  if (got !== null) socket.unshift(got);
}
socket.destroy();

for (const timeout of [0.5, 1.5]) {
  const timed = new net.Socket();
  raises("timeout", () => timed.setTimeout(timeout));
  log("timeout", timed.timeout);
  timed.destroy();
}

// Timers come in the order of their delays.
for (const delay of ["0b10100", "0o24", "0x14", "2e1", " 20 "]) setTimeout(log, delay, "20 ms", String(delay));
setTimeout(log, 5, "5 ms");
for (const delay of ["0x1p9", "inf", "x", true, "-5"]) setTimeout(log, delay, "1 ms", String(delay));

t.run();
