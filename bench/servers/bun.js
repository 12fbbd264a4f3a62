// The servers of the benchmark on Bun.listen: bun.js MODE. Prints its port.
"use strict";

const BLOCK = 64 * 1024; // bytes of `source`, ...
const BLOCKS = 256; // ... as often for each byte received
const IDLE_SECONDS = 30;

const mode = process.argv[2];

// What the kernel does not take is kept, and nothing is read until it is gone.
function send(c, bytes) {
  const n = c.write(bytes);
  if (n === bytes.length) return;
  c.data = n > 0 ? bytes.subarray(n) : bytes;
  c.pause();
}

const ignore = () => {}; // a client that resets is no news here

const echo = {
  data: send,
  drain(c) {
    if (!c.data) return;
    const rest = c.data;
    c.data = undefined;
    send(c, rest);
    if (!c.data) c.resume();
  },
  error: ignore,
};

const block = Buffer.alloc(mode === "source" ? BLOCK : 0);
for (let i = 0; i < block.length; i++) block[i] = i * 31 + (i >> 8) * 17;

function sendBlocks(c) {
  while (c.data > 0) {
    const due = c.data % BLOCK; // of the block that has begun
    const n = c.write(due === 0 ? block : block.subarray(BLOCK - due));
    if (n <= 0) return;
    c.data -= n;
  }
}

const modes = {
  timed: {
    ...echo,
    open(c) { c.timeout(IDLE_SECONDS); },
    data(c, bytes) {
      c.timeout(IDLE_SECONDS);
      send(c, bytes);
    },
    timeout(c) { c.end(); },
  },
  chop: {
    ...echo,
    open(c) { c.setNoDelay(true); },
    data(c, bytes) {
      c.write("piece 1\n");
      c.write("piece 2\n");
      c.write("piece 3\n");
      c.write("piece 4\n");
      c.write("piece 5\n");
      c.write("piece 6\n");
      c.write("piece 7\n");
      c.write(bytes);
    },
  },
  sink: {
    open(c) { c.data = 0; },
    data(c, bytes) { c.data += bytes.length; },
    end(c) { c.end(String(c.data)); },
    error: ignore,
  },
  source: {
    open(c) { c.data = 0; }, // bytes to send
    data(c, requests) {
      c.data += requests.length * BLOCKS * BLOCK;
      sendBlocks(c);
    },
    drain: sendBlocks,
    error: ignore,
  },
};

const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  allowHalfOpen: mode === "sink",
  socket: modes[mode] ?? echo,
});
console.log(server.port);
