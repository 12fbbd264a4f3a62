// onread: what starts the reading again after pause() and after a callback that returned false.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, later } = t;

let socket;
const nothing = () => {};
const stops = {
  "pause": () => socket.pause(),
  "false": () => false,
  "pause and false": () => {
    socket.pause();
    return false;
  },
};
const starts = {
  "nothing": nothing,
  "resume": () => socket.resume(),
  "read()": () => log(socket.read()),
  "read(0)": () => log(socket.read(0)),
  "read(3)": () => log(socket.read(3)),
  "read(-1)": () => log(socket.read(-1)),
  "read and pause": () => {
    socket.read();
    socket.pause();
  },
  "pause and resume": () => {
    socket.pause();
    socket.resume();
  },
  "resume and pause": () => {
    socket.resume();
    socket.pause();
  },
  "data": () => socket.on("data", (data) => log("data", data)),
  "once data, removed": () => {
    socket.once("data", nothing);
    socket.removeListener("data", nothing);
  },
  "end": () => socket.on("end", nothing),
  "pipe": () => {
    const dest = new t.EventEmitter();
    dest.write = (data) => log("piped", data);
    dest.end = () => log("piped end");
    socket.pipe(dest);
  },
  "unshift": () => log(socket.unshift("zz"), socket.readableLength),
  "setEncoding": () => socket.setEncoding("utf8"),
  "finish": () => socket.end("x"),
};

const ways = [];
for (const stop of ["pause", "false", "pause and false"]) {
  for (const start of ["nothing", "resume", "read()", "read(0)", "read(3)", "read(-1)",
    "read and pause", "pause and resume", "resume and pause", "data", "once data, removed", "end",
    "pipe", "unshift", "setEncoding", "finish"]) {
    for (const when of ["in the callback", "in a tick", "later"]) ways.push([stop, start, when]);
  }
}

each(ways, ([stop, start, when], next) => {
  log("--", stop, start, when);
  listen("tcp", {}, (peer) => {
    peer.on("error", nothing);
    peer.resume().end("abcdefghij");
  }, (to, server) => {
    let first = true;
    const act = () => {
      const own = socket;
      starts[start]();
      later(() => {
        if (own.bytesRead === 10) return;
        log("stopped", own.bytesRead, own.isPaused(), own.readableFlowing);
        own.destroy();
      }, 10);
    };
    socket = net.connect({ port: to.port, host: to.host, onread: {
      buffer: t.buffer(4),
      callback: (n, buffer) => {
        log("callback", t.text(buffer, n));
        if (!first) return undefined;
        first = false;
        if (when === "in a tick") t.nextTick(act);
        if (when === "later") later(act, 5);
        const answer = stops[stop]();
        if (when === "in the callback") act();
        return answer;
      },
    } });
    watch(log, socket, "pause resume end close");
    socket.on("close", () => server.close(next));
  });
});

t.run();
