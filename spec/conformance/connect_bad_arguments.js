// What connect refuses: name and code.
"use strict";
const t = require("./prelude");
const { net, log, raises } = t;

const refuse = (label, value) => raises(label, () => {
  const socket = new net.Socket();
  socket.on("error", () => log("never"));
  socket.connect(value);
});
raises("nothing", () => new net.Socket().connect());
refuse("empty options", {});
refuse("only host", { host: "127.0.0.1" });
refuse("port 65536", 65536);
refuse("port -1", -1);
refuse("port 1.5", 1.5);
refuse("port true", true);
refuse("port text", { port: "x", host: "127.0.0.1" });
refuse("port table", { port: {}, host: "127.0.0.1" });
refuse("port function", { port: () => log("never"), host: "127.0.0.1" });
refuse("port empty", { port: "", host: "127.0.0.1" });
refuse("path number", { path: 7 });
refuse("path table", { path: {} });
refuse("path true", { path: true });
refuse("localAddress", { port: 1, host: "127.0.0.1", localAddress: "localhost" });
refuse("localAddress text", { port: 1, host: "127.0.0.1", localAddress: "1.2.3" });
refuse("localPort", { port: 1, host: "127.0.0.1", localPort: "1" });
refuse("localPort true", { port: 1, host: "127.0.0.1", localPort: true });
refuse("lookup", { port: 1, host: "localhost", lookup: "x" });
refuse("lookup number", { port: 1, host: "localhost", lookup: 5 });
refuse("autoSelectFamily", { port: 1, host: "localhost", autoSelectFamily: "x" });
refuse("attempt timeout", {
  port: 1, host: "localhost", autoSelectFamilyAttemptTimeout: 0,
});
refuse("attempt timeout text", {
  port: 1, host: "localhost", autoSelectFamilyAttemptTimeout: "x",
});
raises("net.connect nothing", () => net.connect());
raises("net.connect table", () => net.connect({}));
raises("family", () => net.connect({ port: 1, host: "localhost", family: 5 }));
raises("hints", () => net.connect({ port: 1, host: "localhost", hints: 123456 }));

t.run();
