// What a callback of onread, or the function that gives it buffers, may do.
"use strict";
const t = require("./prelude");
const { net, log, watch, listen, each, buffer, later, props } = t;

let socket;
const resumeLater = () => later(() => {
  log("resume", socket.isPaused(), socket.readableFlowing);
  socket.resume();
}, 20);

// name, callback(n, buffer), what is done at first, the function that gives buffers
const ways = [
  ["destroys", () => socket.destroy()],
  ["destroys with an error", () => socket.destroy(t.error("mine"))],
  ["pauses", () => {
    socket.pause();
    resumeLater();
  }],
  ["answers false", () => {
    resumeLater();
    return false;
  }],
  ["answers false for ever", () => {
    later(() => {
      log(socket.bytesRead);
      socket.destroy();
    }, 60);
    return false;
  }],
  ["answers 0", () => 0],
  ["ends", () => socket.end("bye")],
  ["raises", () => {
    throw t.error("mine");
  }],
  ["text", (n, given) => log(typeof given === "string"), () => socket.setEncoding("hex")],
  ["listeners", () => {}, () => {
    socket.on("data", (data) => log("data", data));
    socket.on("readable", () => log("readable", socket.read()));
  }],
  ["paused before", () => {}, () => {
    socket.pause();
    resumeLater();
  }],
  ["properties", () => log(props(socket, "bytesRead readableLength readableFlowing readable"))],
  ["function", (n, given) => log(given.length), () => {}, (asked) => buffer(2 * asked)],
  ["function and false", () => {
    resumeLater();
    return false;
  }, () => {}, (asked) => {
    log("asked", asked);
    return buffer(3);
  }],
  ["function raises", () => {}, () => {}, (asked) => {
    if (asked === 3) throw t.error("mine");
    return buffer(3);
  }],
];

each(ways, ([name, callback, first, source], next) => {
  log("--", name);
  let asked = 0;
  listen("tcp", {}, (peer) => {
    peer.on("error", () => {});
    peer.resume().end("hello world");
  }, (to, server) => {
    socket = net.connect({ ...to, onread: {
      buffer: source ? () => source(++asked) : buffer(4),
      callback: (n, given) => {
        log("callback", n);
        return callback(n, given);
      },
    } });
    log("asked", asked);
    if (first) first();
    watch(log, socket, "data end finish error close");
    socket.on("close", () => {
      log(props(socket, "bytesRead readableLength readableEnded destroyed"));
      server.close(() => next());
    });
  });
});

t.run();
