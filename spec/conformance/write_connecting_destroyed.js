// What waits while connecting when the socket is destroyed: callbacks and their errors, in order.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, props, later, nextTick } = t;

const ways = [
  ["without error", null],
  ["with error", "boom"],
];
each(ways, (way, next) => {
  listen("tcp", {}, (socket) => socket.resume(), (to, server) => {
    const tell = (...values) => log(way[0], ...values);
    const socket = net.connect(to);
    watch(tell, socket, "connect drain finish close error");
    socket.write("one", (e) => tell("callback 1", e));
    socket.write("two", (e) => tell("callback 2", e));
    socket.end("three", (e) => tell("end callback", e));
    if (way[1]) socket.destroy(t.error(way[1]));
    else socket.destroy();
    tell(props(socket, "connecting destroyed writableLength bufferSize bytesWritten"));
    nextTick(() => tell("tick"));
    later(() => {
      tell(props(socket, "connecting destroyed writableLength bufferSize bytesWritten"));
      server.close(next);
    }, 30);
  });
});

t.run();
