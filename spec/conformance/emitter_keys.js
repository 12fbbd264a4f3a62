// Names of events that are no text.
"use strict";
const t = require("./prelude");
const { net, log, EventEmitter } = t;

for (const e of [new EventEmitter(), new net.Server(), new net.Socket().removeAllListeners()]) {
  const heard = (name) => () => log("heard", name);
  e.on(true, heard("true")).on(false, heard("false")).on(1, heard("one")).on(2.5, heard("half"));
  e.on(-0, heard("zero")).on("", heard("empty"));
  log(e.emit("true"), e.emit("false"), e.emit("1"), e.emit(1.0), e.emit("2.5"), e.emit(0));
  log(e.emit(""), e.emit("0"), e.emit(-0), e.emit(3), e.emit("1.0"));
  log(e.listenerCount(1), e.listenerCount("true"), typeof e.eventNames()[0]);
  e.removeAllListeners(true).removeAllListeners(1).removeAllListeners("2.5");
  log(e.emit(true), e.emit(1), e.emit(2.5), e.emit(false));
}

t.run();
