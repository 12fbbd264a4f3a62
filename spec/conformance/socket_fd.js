// A socket on a descriptor: standard input, which run.lua makes a pipe.
"use strict";
const t = require("./prelude");
const { net, log, props } = t;

const socket = new net.Socket({ fd: 0, readable: true, writable: false });
log(props(socket, "readable writable pending connecting readyState"));
const chunks = [];
socket.on("data", (data) => chunks.push(data));
socket.on("end", () => log("end", t.join(chunks), socket.bytesRead));
socket.on("close", (hadError) => log("close", hadError));

t.run();
