// Any values go through emit, nil in the middle too.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
e.on("x", (a, b, c, d, f) => log(a, b, c, d, f));
e.emit("x");
e.emit("x", null, 2);
e.emit("x", false, null, "c", 4.5, true);
e.emit("x", [1, 2], { a: 1 }, e);

t.run();
