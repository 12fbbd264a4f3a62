// finish() in every form: data, encoding, callback; the callback before 'finish' is heard.
"use strict";
const t = require("./prelude");
const { pair, each, tape, watch, props, setImmediate } = t;

const forms = [
  ["nothing", (socket) => socket.end()],
  ["data", (socket) => socket.end("data")],
  ["data, encoding", (socket) => socket.end("ff00", "hex")],
  ["data, encoding, callback", (socket, f) => socket.end("ff01", "hex", f)],
  ["data, callback", (socket, f) => socket.end("data", f)],
  ["callback", (socket, f) => socket.end(f)],
  ["null, callback", (socket, f) => socket.end(null, f)],
  ["null, null, callback", (socket, f) => socket.end(null, null, f)],
  ["empty", (socket, f) => socket.end("", f)],
];
each(forms, (form, next) => {
  pair("tcp", null, (near, far) => {
    watch(tape(form[0] + " far"), far, "data end finish close");
    const tell = tape(form[0] + " near");
    watch(tell, near, "finish end close");
    near.resume();
    const same = form[1](near, (e) => tell("callback", e)) === near;
    tell("returns the socket", same, props(near, "writableEnded writableFinished"));
    near.on("close", () => setImmediate(next));
  });
});

t.run();
