// onread: when a function is asked for a buffer, over two lives; what holds from one to the next.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, later } = t;

each(["function", "buffer", "false", "pause", "pause before"], (way, next) => {
  log("--", way);
  listen("tcp", {}, (peer) => {
    peer.on("error", () => {});
    peer.resume().end("abcdefghij");
  }, (to, server) => {
    let lives = 0;
    let asked = 0;
    const ask = () => {
      asked += 1;
      log("asked", asked);
      return t.buffer(4);
    };
    const socket = net.connect({ port: to.port, host: to.host, onread: {
      buffer: way === "function" ? ask : t.buffer(4),
      callback: (n, buffer) => {
        log("callback", t.text(buffer, n));
        if (lives !== 0) return undefined;
        if (way === "false" || way === "pause") later(() => socket.destroy(), 10);
        if (way === "pause") socket.pause();
        return way !== "false";
      },
    } });
    if (way === "pause before") {
      socket.pause();
      later(() => {
        log("read", socket.read());
      }, 10);
    }
    watch(log, socket, "connect end close");
    socket.on("close", () => {
      lives += 1;
      if (lives === 2) {
        server.close(next);
        return;
      }
      socket.connect(to);
      log("again", socket.isPaused());
      if (socket.isPaused()) later(() => log("read", socket.read()), 10);
    });
  });
});

t.run();
