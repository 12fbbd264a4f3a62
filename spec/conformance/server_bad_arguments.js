// What createServer, Server and listen refuse: name and code.
"use strict";
const t = require("./prelude");
const { net, log, raises } = t;

raises("text", () => net.createServer("x"));
raises("true", () => net.createServer(true));
raises("number", () => new net.Server(7));
raises("keepAliveInitialDelay", () => net.createServer({ keepAliveInitialDelay: "1" }));
raises("highWaterMark", () => net.createServer({ highWaterMark: "1" }));
raises("fine", () => net.createServer({ highWaterMark: -1, keepAliveInitialDelay: -1 }));

const refuse = (label, options) => {
  const server = net.createServer();
  raises(label, () => server.listen(options));
  log(label, "listening", server.listening);
};
refuse("empty options", {});
refuse("port 65536", { port: 65536 });
refuse("port -1", { port: -1 });
refuse("port 1.5", { port: 1.5 });
refuse("port text", { port: "x" });
refuse("port spaces", { port: " " });
refuse("port true", { port: true });
refuse("port table", { port: {} });
refuse("path number", { path: 3 });
refuse("path empty", { path: "" });
refuse("only host", { host: "127.0.0.1" });
refuse("65536", 65536);
refuse("-1", -1);
refuse("true", true);
refuse("fd", { fd: -1 });
refuse("fd text", { fd: "x" });

t.run();
