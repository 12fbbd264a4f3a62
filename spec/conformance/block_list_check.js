// Which addresses a rule applies to, also across the families.
"use strict";
const t = require("./prelude");
const { net, log } = t;

const asked = [
  ["1.1.1.1"], ["1.1.1.1", "IPV4"], ["1.1.1.2"], ["200.1.1.1"], ["::ffff:1.1.1.1", "ipv6"],
  ["::ffff:200.1.1.1", "ipv6"], ["::1", "ipv6"], ["::2", "IPv6"], ["::1.1.1.1", "ipv6"],
  ["2001:db8::1", "ipv6"], ["2001:db9::1", "ipv6"], ["1.1.1.1", "ipv6"], ["::1"], ["no"],
  ["1.1.1.1", "ipv5"], ["::1%lo", "ipv6"],
];
const answers = (label, fill) => {
  const list = new net.BlockList();
  fill(list);
  log(label, asked.map((each) => list.check(...each)));
};
answers("nothing", () => {});
answers("address", (list) => list.addAddress("1.1.1.1"));
answers("mapped address", (list) => list.addAddress("::ffff:1.1.1.1", "ipv6"));
answers("address v6", (list) => list.addAddress("::1", "ipv6"));
answers("range", (list) => list.addRange("1.1.1.2", "255.255.255.255"));
answers("all v4", (list) => list.addRange("0.0.0.0", "255.255.255.255"));
answers("mapped range", (list) => list.addRange("::ffff:1.1.1.1", "::ffff:1.1.1.1", "ipv6"));
answers("wide range", (list) => list.addRange("::", "2001:db8::ffff", "ipv6"));
answers("subnet", (list) => list.addSubnet("1.1.1.1", 31));
answers("subnet /1", (list) => list.addSubnet("128.0.0.0", 1));
answers("subnet /0", (list) => list.addSubnet("9.9.9.9", 0));
answers("subnet v6", (list) => list.addSubnet("2001:db8::", 32, "ipv6"));
answers("subnet v6 /0", (list) => list.addSubnet("::5", 0, "ipv6"));
answers("mapped subnet", (list) => list.addSubnet("::ffff:1.0.0.0", 104, "ipv6"));
answers("above mapped", (list) => list.addSubnet("::ffff:0:0", 90, "ipv6"));
const v4 = new net.SocketAddress({ address: "1.1.1.1" });
const v6 = new net.SocketAddress({ address: "2001:db8::1", family: "ipv6" });
const mapped = new net.SocketAddress({ address: "::ffff:2.2.2.2", family: "ipv6" });
answers("mixed", (list) => list.addRange(v4, v6));
answers("mixed back", (list) => list.addRange(v6, v4));
answers("mixed mapped", (list) => list.addRange(v4, mapped));
const list = new net.BlockList();
list.addSubnet("2001:db8::", 32, "ipv6");
log(list.check(v4), list.check(v6), list.check(v6, "nonsense"));

t.run();
