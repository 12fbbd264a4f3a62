// The servers of the benchmark on node:net, for Node and for Bun: node.js MODE data|pipe. Prints its port.
"use strict";
const net = require("node:net");

const BACKLOG = 511;
const BLOCK = 64 * 1024; // bytes of `source`, ...
const BLOCKS = 256; // ... as often for each byte received
const IDLE_MS = 30000;

const [mode, kind] = process.argv.slice(2);

const ignore = () => {}; // a client that resets is no news here

const pipes = {
  echo(c) {
    c.on("error", ignore);
    c.pipe(c);
  },
  timed(c) {
    pipes.echo(c);
    c.setTimeout(IDLE_MS, () => c.destroy());
  },
};

const datas = {
  echo(c) {
    c.on("error", ignore);
    c.on("data", (bytes) => c.write(bytes));
  },
  timed(c) {
    datas.echo(c);
    c.setTimeout(IDLE_MS, () => c.destroy());
  },
  stream(c) {
    c.on("error", ignore);
    c.on("data", (bytes) => {
      if (!c.write(bytes)) c.pause();
    });
    c.on("drain", () => c.resume());
  },
  chop(c) {
    c.on("error", ignore);
    c.on("data", (bytes) => {
      c.write("piece 1\n");
      c.write("piece 2\n");
      c.write("piece 3\n");
      c.write("piece 4\n");
      c.write("piece 5\n");
      c.write("piece 6\n");
      c.write("piece 7\n");
      c.write(bytes);
    });
  },
  sink(c) {
    let count = 0;
    c.on("error", ignore);
    c.on("data", (bytes) => { count += bytes.length; });
    c.on("end", () => c.end(String(count)));
  },
  source(c) {
    let due = 0; // blocks
    const send = () => {
      while (due > 0) {
        due--;
        if (!c.write(block)) return;
      }
    };
    c.on("error", ignore);
    c.on("drain", send);
    c.on("data", (requests) => {
      due += requests.length * BLOCKS;
      send();
    });
  },
};

const block = Buffer.alloc(mode === "source" ? BLOCK : 0);
for (let i = 0; i < block.length; i++) block[i] = i * 31 + (i >> 8) * 17;

const modes = kind === "pipe" ? pipes : datas;
const options = { noDelay: mode === "chop", allowHalfOpen: mode === "sink" };
const server = net.createServer(options, modes[mode] ?? modes.echo);
server.listen({ port: 0, host: "127.0.0.1", backlog: BACKLOG }, () => console.log(server.address().port));
