// setNoDelay, setKeepAlive, ref, unref: each returns the socket, in every state.
"use strict";
const t = require("./prelude");
const { net, log, pair, each } = t;

const chain = (label, socket) => {
  log(label, socket.setNoDelay() === socket, socket.setNoDelay(false) === socket);
  log(label, socket.setKeepAlive() === socket, socket.setKeepAlive(true, 1000) === socket);
  log(label, socket.ref() === socket, socket.unref() === socket, socket.ref() === socket);
};
const fresh = new net.Socket();
chain("fresh", fresh);
each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    chain(where, near);
    chain(where, far);
    near.destroy();
    chain(where + " destroyed", near);
    far.destroy();
    next();
  });
});

t.run();
