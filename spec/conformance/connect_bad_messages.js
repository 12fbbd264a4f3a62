// The same in full where no type is named.
"use strict";
const t = require("./prelude");
const { net, says } = t;

const refuse = (label, value) => says(label, () => new net.Socket().connect(value));
says("nothing", () => new net.Socket().connect());
refuse("port 65536", { port: 65536, host: "127.0.0.1" });
refuse("port -1", { port: -1, host: "127.0.0.1" });
refuse("port text", { port: "x", host: "127.0.0.1" });
refuse("localAddress", { port: 1, host: "127.0.0.1", localAddress: "localhost" });

t.run();
