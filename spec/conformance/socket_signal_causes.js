// When a signal aborts, and what the error tells.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, props } = t;

const text = (e) => (e && e.name ? [e.name, e.code, e.message].join("|") : e);
const to = {};
const connect = (signal, more) => net.connect({ ...to, signal: signal, ...more });
const controller = () => new t.AbortController();

const ways = [
  ["at once", () => {
    const c = controller();
    const socket = connect(c.signal);
    c.abort(t.error("why"));
    return socket;
  }],
  ["connected", () => {
    const c = controller();
    const socket = connect(c.signal);
    return socket.on("connect", () => {
      c.abort();
      log(props(socket, "destroyed"));
    });
  }],
  ["ended", () => {
    const c = controller();
    const socket = connect(c.signal, { allowHalfOpen: true });
    return socket.resume().on("end", () => c.abort("text"));
  }],
  ["written", () => {
    const c = controller();
    const socket = connect(c.signal);
    socket.write("x", (e) => log("write", text(e)));
    socket.end((e) => log("end", text(e), e.cause && text(e.cause)));
    c.abort(5);
    return socket;
  }],
  ["never connected", () => {
    const c = controller();
    const socket = new net.Socket({ signal: c.signal });
    c.abort();
    return socket;
  }],
  ["destroyed before", () => {
    const c = controller();
    const socket = connect(c.signal);
    socket.destroy(t.error("mine"));
    c.abort();
    return socket;
  }],
  ["closed before", () => {
    const c = controller();
    const socket = connect(c.signal);
    socket.on("close", () => c.abort());
    return socket.on("connect", () => socket.destroy());
  }],
  ["timeout", () => connect(t.AbortSignal.timeout(20), { allowHalfOpen: true }).resume()],
  ["any", () => {
    const c = controller();
    const socket = connect(t.AbortSignal.any([controller().signal, c.signal]));
    return socket.on("connect", () => c.abort("one of two"));
  }],
];

const server = listen("tcp", {}, (socket) => {
  socket.on("error", () => {});
  socket.end("hi");
}, (where) => {
  Object.assign(to, where);
  each(ways, ([name, make], next) => {
    const socket = make();
    log(name, props(socket, "destroyed connecting"));
    for (const event of ["connect", "end", "finish"]) socket.on(event, () => log(name, event));
    socket.on("error", (e) => log(name, "error", text(e), text(e.cause)));
    socket.on("close", (hadError) => {
      log(name, "close", hadError);
      t.later(() => (name === "any" ? server.close() : next()), 20);
    });
  });
});

t.run();
