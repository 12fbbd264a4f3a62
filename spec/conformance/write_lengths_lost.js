// What writableLength, bufferSize, bytesWritten and writableNeedDrain say around writes that are
// lost: in their callbacks, in 'error' and 'close', and afterwards.
"use strict";
const t = require("./prelude");
const { log, net, pair, later, props, each, fill, newPath, nextTick, setImmediate } = t;

const NAMES = "writableLength bufferSize bytesWritten writableNeedDrain";
const LARGE = 4 << 20; // bytes; more than the kernel takes

function tell(name, socket) {
  return (e) => log(name, e && e.code, props(socket, NAMES));
}

function hear(socket, next) {
  socket.on("drain", tell("drain", socket));
  socket.on("finish", tell("finish", socket));
  socket.on("error", tell("error", socket));
  socket.on("close", () => {
    tell("close", socket)();
    setImmediate(() => {
      tell("after", socket)();
      next();
    });
  });
}

function write(socket, name, text) {
  log("write", name, socket.write(text, tell(name, socket)), props(socket, NAMES));
}

each([
  // destroyed while a part has left and more waits
  (next) => pair("unix", null, (near, far) => {
    hear(near, next);
    far.on("error", () => {});
    write(near, "first", fill("x", LARGE));
    write(near, "second", "12345");
    write(near, "third", fill("y", 20000));
    near.destroy();
    tell("destroyed", near)();
    nextTick(tell("tick", near));
    far.resume();
  }),
  // the same with an error
  (next) => pair("unix", null, (near, far) => {
    hear(near, next);
    far.on("error", () => {});
    write(near, "first", fill("x", LARGE));
    write(near, "second", "12345");
    later(() => {
      near.destroy(t.error("mine"));
      tell("destroyed", near)();
      nextTick(tell("tick", near));
      far.resume();
    }, 20);
  }),
  // corked and destroyed
  (next) => pair("unix", null, (near, far) => {
    hear(near, next);
    far.on("error", () => {});
    near.cork();
    write(near, "first", fill("x", 20000));
    write(near, "second", "12345");
    near.destroy();
    tell("destroyed", near)();
    nextTick(tell("tick", near));
    far.resume();
  }),
  // the peer goes while a part has left
  (next) => pair("unix", null, (near, far) => {
    hear(near, next);
    write(near, "first", fill("x", LARGE));
    write(near, "second", "12345");
    later(() => far.destroy(), 20);
  }),
  // the peer has gone before: a large one, a small one, corked ones
  ...[[fill("x", LARGE)], ["small"], ["1", "22", "333"], [fill("x", LARGE), "22"], ["1", "22"],
    ["1", "22", "333", "4444"]].map(
    (texts) => (next) => pair("unix", { near: { allowHalfOpen: true } }, (near, far) => {
      hear(near, next);
      near.on("end", () => {
        if (texts.length === 3) near.cork();
        texts.forEach((text, i) => {
          near.write(text, tell("callback " + i, near));
        });
        if (texts.length === 3) near.uncork();
        tell("written", near)();
      });
      near.resume();
      far.destroy();
    })),
  // nothing listens there
  (next) => {
    const near = net.connect(newPath());
    hear(near, next);
    write(near, "first", "12345");
    write(near, "second", "678");
    near.cork();
    write(near, "third", "9");
  },
  // destroyed before it was connected
  (next) => {
    const near = net.connect(newPath());
    hear(near, next);
    write(near, "first", fill("x", 20000));
    write(near, "second", "678");
    near.destroy();
    tell("destroyed", near)();
    nextTick(tell("tick", near));
  },
  // never connected
  (next) => {
    const near = new net.Socket();
    hear(near, next);
    write(near, "first", "12345");
    write(near, "second", "678");
    nextTick(tell("tick", near));
  },
  // after destroy
  (next) => {
    const near = new net.Socket();
    hear(near, next);
    near.destroy();
    write(near, "first", "12345");
    nextTick(tell("tick", near));
  },
], (step, next) => step(next));

t.run();
