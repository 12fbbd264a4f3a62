// pauseOnConnect: nothing is read before resume(), a 'data' listener alone does not start it.
"use strict";
const t = require("./prelude");
const { net, listen, tape, watch, props, later } = t;

const far = tape("far");
listen("tcp", { pauseOnConnect: true }, (socket) => {
  socket.server.close();
  far(props(socket, "readableFlowing bytesRead"), socket.isPaused());
  watch(far, socket, "end close");
  socket.on("data", (data) => far("data", data));
  far(props(socket, "readableFlowing bytesRead"), socket.isPaused());
  later(() => {
    far("later", props(socket, "readableFlowing bytesRead readableLength"));
    socket.resume();
    far(props(socket, "readableFlowing"), socket.isPaused());
  }, 50);
}, (to) => {
  const near = watch(tape("near"), net.connect(to), "connect end close");
  near.end("hello");
  near.resume();
});

t.run();
