// isIP on what is no text.
"use strict";
const t = require("./prelude");
const { net, log } = t;

log(net.isIP(), net.isIPv4(), net.isIPv6());
log(net.isIP(null), net.isIP(true), net.isIP(false), net.isIP(127), net.isIP(1.5));
log(net.isIP({}), net.isIP(() => log("never")));

t.run();
