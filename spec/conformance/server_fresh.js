// A server that was never used.
"use strict";
const t = require("./prelude");
const { net, log, props } = t;

const server = net.createServer();
log(props(server, "listening maxConnections allowHalfOpen pauseOnConnect"));
log("address", server.address());
const other = new net.Server({ allowHalfOpen: true, pauseOnConnect: true });
log(props(other, "listening allowHalfOpen pauseOnConnect"));
log("called without new", net.Server().listening, net.Server({}).allowHalfOpen);
log("listeners", net.createServer(() => log("never")).listenerCount("connection"));
log("with options", net.createServer({}, () => log("never")).listenerCount("connection"));
log("ref", server.ref() === server, "unref", server.unref() === server);
log("own field", server.mine);
server.mine = "kept";
log("own field", server.mine);

t.run();
