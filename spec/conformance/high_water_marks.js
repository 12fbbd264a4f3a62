// highWaterMark beside the marks of each half; what is no mark.
"use strict";
const t = require("./prelude");
const { log, net, raises, listen, props } = t;

function marks(options) {
  const socket = new net.Socket(options);
  log(props(socket, "readableHighWaterMark writableHighWaterMark"));
}

marks({ highWaterMark: 10 });
marks({ highWaterMark: 10, readableHighWaterMark: 20, writableHighWaterMark: 30 });
marks({ highWaterMark: 0, readableHighWaterMark: 20, writableHighWaterMark: 30 });
marks({ readableHighWaterMark: 20 });
marks({ writableHighWaterMark: 30 });
marks({ readableHighWaterMark: 0, writableHighWaterMark: 0 });
marks({ highWaterMark: 10, readableHighWaterMark: "x", writableHighWaterMark: -1 });

for (const bad of ["7", -1, 1.5, false, true]) {
  raises("both", () => new net.Socket({ highWaterMark: bad, readableHighWaterMark: 20 }));
  raises("reading", () => new net.Socket({ readableHighWaterMark: bad }));
  raises("writing", () => new net.Socket({ writableHighWaterMark: bad }));
}

const options = { highWaterMark: 10, readableHighWaterMark: 20, writableHighWaterMark: 30 };
const server = listen("unix", options, (socket) => {
  log(props(socket, "readableHighWaterMark writableHighWaterMark"));
  socket.destroy();
  server.close();
}, (to) => {
  const socket = net.connect({
    path: to.path,
    highWaterMark: 40,
    readableHighWaterMark: 50,
    writableHighWaterMark: 60,
  });
  log(props(socket, "readableHighWaterMark writableHighWaterMark"));
  socket.resume();
});

t.run();
