// Writes while connecting wait; their callbacks come after 'connect'.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, tape, watch, props, later, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  const chunks = [];
  listen(where, {}, (socket) => {
    socket.on("data", (data) => chunks.push(data));
    socket.on("end", () => log(where, "received", t.join(chunks)));
  }, (to, server) => {
    const tell = tape(where);
    const socket = net.connect(to);
    const names = "writableLength bufferSize bytesWritten";
    watch(tell, socket, "connect ready drain finish close");
    tell(socket.write("one ", (e) => tell("callback 1", e)), props(socket, names));
    tell(socket.write("two ", (e) => tell("callback 2", e)), props(socket, names));
    tell(socket.write("three", (e) => tell("callback 3", e)), props(socket, names));
    socket.on("connect", () => {
      tell(props(socket, names));
      nextTick(() => tell("tick in connect"));
      tell(socket.write(" four", (e) => tell("callback 4", e)));
      later(() => socket.end(), 20);
    });
    socket.resume();
    socket.on("close", () => server.close(next));
  });
});

t.run();
