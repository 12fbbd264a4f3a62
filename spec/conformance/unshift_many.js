// unshift() again and again, in an encoding, with the stream's own; setEncoding() of what is text.
"use strict";
const t = require("./prelude");
const { log, net } = t;

for (const count of [2, 3, 20]) {
  const s = new net.Socket();
  for (let i = 0; i < count; i++) s.unshift(String(i));
  log(count, s.readableLength, s.read(1), s.read());
}
for (const [own, text, encoding] of [
  ["hex", "ab", "utf8"],
  ["hex", "6162", "hex"],
  ["utf8", "6162", "hex"],
  ["base64", "ab", "latin1"],
  ["latin1", "6162", "hex"],
  ["utf8", "e9", "hex"],
]) {
  const s = new net.Socket();
  s.setEncoding(own);
  s.unshift(text, encoding);
  log(own, encoding, s.read());
}
for (const [before, after] of [["hex", "hex"], ["utf8", "hex"], ["hex", "utf8"], ["base64", "latin1"]]) {
  const s = new net.Socket();
  s.setEncoding(before);
  s.unshift("ab", "latin1");
  s.unshift("cd", "latin1");
  s.setEncoding(after);
  log(before, after, s.readableLength, s.read());
}
{
  const s = new net.Socket();
  log("end", s.emit("end"));
  const f = () => {};
  s.on("removeListener", (name, listener) => log("removed", name, listener === f));
  s.once("end", f);
  s.emit("end");
  s.once("end", f);
  s.removeListener("end", f);
}
{
  const s = new net.Socket();
  s.removeAllListeners("end");
  log("end", s.emit("end"));
}

t.run();
