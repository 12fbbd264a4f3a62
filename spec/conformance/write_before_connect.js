// A write on a socket that was never connected.
"use strict";
const t = require("./prelude");
const { net, log, watch, props, nextTick } = t;

const socket = watch(log, new net.Socket(), "connect finish end close error");
nextTick(() => log("tick before"));
log("write", socket.write("x", (e) => log("callback", e)));
log("write", socket.write("y", (e) => log("callback 2", e)));
nextTick(() => log("tick after"));
log(props(socket, "destroyed errored writableLength bytesWritten"));

t.run();
