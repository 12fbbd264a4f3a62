// The option lookup: what it is given; called back at once or later, without `all`.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, later, nextTick } = t;

const ip = "127.0.0.1";
const events = "lookup connectionAttempt connect ready close error";
listen("tcp", {}, (socket) => socket.end(), (to, server) => {
  const ways = [
    ["at once, family 4", { family: 4 }, (f) => f(null, ip, 4)],
    ["later", { family: 4 }, (f) => later(() => f(null, ip, 4), 20)],
    ["tick, family IPv4", { family: "IPv4" }, (f) => nextTick(f, null, ip, 4)],
    ["no autoSelectFamily", { autoSelectFamily: false }, (f) => f(null, ip, 4)],
    ["local address", { localAddress: ip }, (f) => f(null, ip, 4)],
  ];
  each(ways, (way, next) => {
    const options = way[1];
    options.port = to.port;
    options.host = "some.name";
    options.lookup = (host, given, callback) => {
      log(way[0], "asked", host, given.family, given.all);
      way[2](callback);
    };
    const socket = new net.Socket();
    watch((...values) => log(way[0], ...values), socket, events);
    socket.resume();
    socket.on("close", () => {
      if (way[0] === "local address") server.close();
      else next();
    });
    socket.connect(options);
  });
});

t.run();
