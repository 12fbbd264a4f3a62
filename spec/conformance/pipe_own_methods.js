// Methods that the user has put on the sockets are those that a pipe calls.
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

// Others come from inside.
const ONLY = { on: ["unpipe", "drain"], emit: ["pipe", "unpipe"] };

function own(socket, name, label) {
  const before = socket[name];
  socket[name] = function (...args) {
    const what = typeof args[0] === "string" ? args[0] : "";
    if (!(name in ONLY) || ONLY[name].includes(what)) log(label, name, what);
    return before.apply(socket, args);
  };
}

pair("tcp", { allowHalfOpen: true }, (a, b) => {
  pair("tcp", null, (c, d) => {
    d.on("data", (data) => log("d", data));
    own(b, "pause", "source");
    own(b, "unpipe", "source");
    for (const name of ["on", "once", "prependListener", "removeListener", "emit", "end"]) own(c, name, "dest");
    log("pipe");
    b.pipe(c);
    log("piped");
    a.write("one");
    later(() => {
      a.end();
      later(() => {
        log("end");
        for (const one of [a, b, d]) one.destroy();
      }, 30);
    }, 20);
  });
});

t.run();
