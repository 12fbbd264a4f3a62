// resetAndDestroy while connecting waits for the connection.
"use strict";
const t = require("./prelude");
const { net, listen, tape, watch, props } = t;

const tell = tape("near");
listen("tcp", {}, (socket) => {
  watch(tape("far"), socket, "end close error");
  socket.resume();
  socket.server.close();
}, (to) => {
  const near = net.connect(to);
  watch(tell, near, "connect ready end close error");
  near.resetAndDestroy();
  tell(props(near, "connecting destroyed"));
});

t.run();
