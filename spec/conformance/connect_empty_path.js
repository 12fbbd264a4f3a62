// An empty path is no path: port and host count, the port being 0 where there is none. A function
// alone is a port of the wrong type.
"use strict";
const t = require("./prelude");
const { net, log, raises, says } = t;

const watch = (label, options) => {
  const socket = net.connect(options);
  socket.on("connectionAttempt", (address, port, family) => log(label, "attempt", address, port, family));
  socket.on("error", (err) => log(label, err.message, String(err.port)));
};
watch("nothing else", { path: "", host: "127.0.0.1" });
watch("a port", { path: "", host: "127.0.0.1", port: 1 });
says("empty text", () => net.connect(""));
raises("a function", () => net.connect(() => {}));
raises("a function of a socket", () => new net.Socket().connect(() => {}));
raises("a function and a host", () => net.connect(() => {}, "127.0.0.1"));
says("nothing and a function", () => net.connect(undefined, () => {}));
says("nothing, a host and a function", () => net.connect(undefined, "127.0.0.1", () => {}));

t.run();
