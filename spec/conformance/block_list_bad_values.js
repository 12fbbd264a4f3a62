// Values of every kind in every place of a BlockList.
"use strict";
const t = require("./prelude");
const { net, log, says } = t;

const list = new net.BlockList();
const values = [
  false, true, 0, 1, 1.5, -1, NaN, Infinity, 1e300, "", "x", "a\nb", "it's", "1.1.1.1", "::1",
  "ipv4", "IPv6", 32, 33, 128, 129,
];
for (const value of values) {
  says("address", () => list.addAddress(value));
  says("family", () => list.addAddress("1.1.1.1", value));
  says("family", () => list.addAddress("::1", value));
  says("start", () => list.addRange(value, "1.1.1.2"));
  says("end", () => list.addRange("1.1.1.1", value));
  says("family", () => list.addRange("1.1.1.1", "1.1.1.2", value));
  says("network", () => list.addSubnet(value, 8));
  says("prefix", () => list.addSubnet("1.1.1.1", value));
  says("prefix", () => list.addSubnet("::1", value, "ipv6"));
  says("family", () => list.addSubnet("1.1.1.1", 8, value));
  says("check", () => log(list.check(value)));
  says("check", () => log(list.check("1.1.1.1", value)));
}
const address = new net.SocketAddress({ address: "5.5.5.5", port: 7 });
const mapped = new net.SocketAddress({ address: "::ffff:9.1.1.1", family: "ipv6", flowlabel: 3 });
says("order", () => list.addRange(address, "1.1.1.1"));
says("order", () => list.addRange("9.9.9.9", address));
says("order", () => list.addRange("::ffff:9.9.9.9", "::ffff:1.1.1.1", "ipv6"));
says("order", () => list.addRange(mapped, address));
says("no family", () => list.addAddress(address, 5));
says("no family", () => list.addRange(address, address, 5));
says("no family", () => list.addSubnet(address, 8, 5));
says("no family", () => list.addSubnet(address, 33, "ipv6"));
says("no family", () => log(list.check(address, 5)));
log(list.rules);

t.run();
