// What write() and finish() refuse; nothing is sent, the socket goes on.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, raises, says } = t;

pair("tcp", null, (near, far) => {
  const chunks = [];
  far.on("data", (data) => chunks.push(data));
  far.on("end", () => log("received", t.join(chunks)));
  watch(log, near, "error close");
  raises("table", () => near.write({}));
  raises("true", () => near.write(true));
  raises("false", () => near.write(false));
  raises("function", () => near.write(() => log("never")));
  raises("encoding", () => near.write("x", "nonsense"));
  const never = () => log("never");
  raises("encoding, callback", () => near.write("x", "utf9", never));
  raises("finish table", () => near.end({}));
  raises("finish true", () => near.end(true));
  raises("finish encoding", () => near.end("x", "nonsense"));
  says("encoding", () => near.write("x", "nonsense"));
  raises("default encoding", () => near.setDefaultEncoding("nonsense"));
  says("default encoding", () => near.setDefaultEncoding("nonsense"));
  raises("setEncoding", () => near.setEncoding("nonsense"));
  says("setEncoding", () => near.setEncoding("nonsense"));
  log(props(near, "writable writableEnded writableLength bytesWritten destroyed"));
  near.end("all is well");
});

t.run();
