// Fields, defaults and errors of SocketAddress. Left out: what ends v20's process (a port that is a
// string, an IPv6 flow label of more than 20 bits).
"use strict";
const t = require("./prelude");
const { net, log, says } = t;

const show = (options) => {
  const a = new net.SocketAddress(options);
  log(a.address, a.port, a.family, a.flowlabel, a.toJSON());
};
show();
show({});
show({ family: "ipv6" });
show({ family: "IPV6", address: "FE80:0::1%lo", port: 65535, flowlabel: 1048575 });
show({ address: "1.2.3.4", port: 1, flowlabel: 5 });
show({ address: "::ffff:1.2.3.4", family: "ipv6" });
show({ flowlabel: 1048576 });
show({ flowlabel: 4294967295 });
says("family", () => show({ family: "x" }));
says("family", () => show({ family: 4 }));
says("address", () => show({ address: 5 }));
says("address", () => show({ address: "x" }));
says("address", () => show({ address: "::1" }));
says("address", () => show({ address: "1.1.1.1", family: "ipv6" }));
says("port", () => show({ port: 70000 }));
says("port", () => show({ port: -1 }));
says("port", () => show({ port: 1.5 }));
says("port", () => show({ port: "x" }));
says("flowlabel", () => show({ flowlabel: "1" }));
says("flowlabel", () => show({ flowlabel: -1 }));
says("flowlabel", () => show({ flowlabel: 1.5 }));
says("flowlabel", () => show({ flowlabel: 4294967296 }));
says("order", () => show({ family: "x", address: 1, port: 70000 }));
says("order", () => show({ address: "x", port: 70000, flowlabel: -1 }));
says("read-only", () => { new net.SocketAddress().port = 5; });
const address = new net.SocketAddress();
log(net.SocketAddress.isSocketAddress(address), net.SocketAddress.isSocketAddress({}),
  net.SocketAddress.isSocketAddress());

t.run();
