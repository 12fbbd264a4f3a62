// What the timers and nextTick refuse.
"use strict";
const t = require("./prelude");
const {
  raises, setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate,
  nextTick,
} = t;

raises("nextTick", () => nextTick("x"));
raises("nextTick nothing", () => nextTick());
raises("setTimeout", () => setTimeout("x", 1));
raises("setTimeout nothing", () => setTimeout());
raises("setInterval", () => setInterval(7, 1));
raises("setImmediate", () => setImmediate({}));
raises("clearTimeout nothing", () => clearTimeout());
raises("clearInterval nothing", () => clearInterval(null));
raises("clearImmediate nothing", () => clearImmediate());

t.run();
