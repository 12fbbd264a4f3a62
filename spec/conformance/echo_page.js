// The echo server and client of the page.
"use strict";
const t = require("./prelude");
const { net, log, tape } = t;

const server = net.createServer((c) => {
  log("client connected");
  c.on("end", () => log("client disconnected"));
  c.write("hello\r\n");
  c.pipe(c);
});
server.on("error", (e) => {
  throw e;
});
const near = tape("client");
server.listen(0, () => {
  log("server bound");
  const client = net.createConnection({ port: server.address().port }, () => {
    near("connected to server!");
    client.write("world!\r\n");
  });
  const chunks = [];
  client.on("data", (data) => {
    chunks.push(data);
    if (t.join(chunks).length === 15) client.end();
  });
  client.on("end", () => {
    near(t.join(chunks));
    near("disconnected from server");
    server.close();
  });
});

t.run();
