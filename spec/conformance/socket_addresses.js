// Addresses of both sides before, while, and after being connected.
"use strict";
const t = require("./prelude");
const { net, listen, tape, props } = t;

const mine = "localAddress localFamily";
const theirs = "remoteAddress remoteFamily";
const far = tape("far");
const near = tape("near");
listen("tcp", {}, (socket) => {
  far(props(socket, mine), props(socket, theirs));
  far(socket.localPort === socket.server.address().port);
  const address = socket.address();
  far(address.family, address.address, address.port === socket.localPort);
  socket.end();
  socket.resume();
  socket.on("close", () => {
    far("closed", props(socket, mine), props(socket, theirs), socket.address());
    socket.server.close();
  });
}, (to) => {
  const socket = new net.Socket();
  near("fresh", props(socket, mine), props(socket, theirs), socket.address());
  socket.connect(to, () => {
    near("open", props(socket, mine), props(socket, theirs));
    near(socket.remotePort === to.port);
    const address = socket.address();
    near(address.family, address.address, address.port === socket.localPort, socket.localPort > 0);
  });
  near("connecting", props(socket, theirs), socket.remotePort);
  socket.resume();
  socket.on("close", () => {
    near("closed", props(socket, mine), props(socket, theirs), socket.address());
  });
});

t.run();
