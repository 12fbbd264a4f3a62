// The same errors in full, where no type is named.
"use strict";
const t = require("./prelude");
const { net, says } = t;

const refuse = (label, options) => says(label, () => net.createServer().listen(options));
refuse("port 65536", { port: 65536 });
refuse("port -1", { port: -1 });
refuse("port 1.5", { port: 1.5 });
refuse("65536", 65536);
refuse("port text", { port: "x" });
refuse("port 0x10000", { port: "0x10000" });

t.run();
