// A parser that takes a line of each 'data' and puts the rest back, for some hundred lines.
"use strict";
const t = require("./prelude");
const { log, pair } = t;

pair("unix", null, (near, far) => {
  let lines = 0;
  let sum = 0;
  far.on("data", (data) => {
    const text = data.toString();
    const at = text.indexOf("\n");
    lines++;
    sum += Number(text.slice(0, at));
    if (lines % 50 === 1) log("line", text.slice(0, at), far.readableLength);
    if (at + 1 < text.length) far.unshift(text.slice(at + 1));
  });
  far.on("end", () => log("end", lines, sum, far.readableLength));
  let text = "";
  for (let i = 1; i <= 400; i++) text += i + "\n";
  near.end(text);
});

t.run();
