// A listener of 'end' has the socket connect again, paused: nothing is read until it is resumed.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, props, setTimeout } = t;

const names = "bytesRead readableLength readableFlowing destroyed";
each(["in end", "in connect"], (where, next) => {
  let count = 0;
  const answer = (socket) => {
    count += 1;
    if (count === 1) {
      socket.end("bye");
      socket.resume();
    } else {
      socket.write("z".repeat(5000));
    }
  };
  listen("tcp", {}, answer, (to, server) => {
    const socket = new net.Socket();
    watch((...values) => log(where, ...values), socket, "connect error");
    socket.on("data", (bytes) => log(where, "data", bytes.length));
    const later = () => {
      log(where, props(socket, names));
      socket.resume();
      setTimeout(() => {
        log(where, props(socket, names));
        socket.destroy();
        server.close(next);
      }, 50);
    };
    socket.once("end", () => {
      if (where === "in end") socket.pause();
      socket.destroy();
      socket.connect(to);
      socket.once("connect", () => {
        if (where === "in connect") socket.pause();
        setTimeout(later, 50);
      });
    });
    socket.connect(to);
  });
});

t.run();
