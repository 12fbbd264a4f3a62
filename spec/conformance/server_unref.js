// An unref'd server does not keep the program; ref() takes it back; before and after listen().
"use strict";
const t = require("./prelude");
const { net, log, setTimeout } = t;

const before = net.createServer();
before.unref();
before.listen(0);
const after = net.createServer();
after.listen(0, () => {
  log("both listen", before.listening, after.listening);
  log(after.unref().unref() === after, after.ref() === after);
  setTimeout(() => {
    log("the timer is over");
    after.unref();
  }, 30);
});
after.on("close", () => log("never closed"));

t.run();
