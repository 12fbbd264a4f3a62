// destroy() on a socket that was never connected: 'close' without an argument.
"use strict";
const t = require("./prelude");
const { net, log, watch, props, nextTick } = t;

const socket = new net.Socket();
watch(log, socket, "close error end finish");
socket.destroy();
log(props(socket, "destroyed closed readyState"));
nextTick(() => log("tick"));
const other = new net.Socket();
watch((...values) => log("other", ...values), other, "close error end finish");
other.destroy(t.error("boom"));

t.run();
