// What is no address, family, range or prefix.
"use strict";
const t = require("./prelude");
const { net, says } = t;

const list = new net.BlockList();
says("no address", () => list.addAddress("x"));
says("empty", () => list.addAddress(""));
says("leading zero", () => list.addAddress("01.1.1.1"));
says("number", () => list.addAddress(1));
says("family", () => list.addAddress("1.1.1.1", "ipv5"));
says("number as family", () => list.addAddress("1.1.1.1", 4));
says("other family", () => list.addAddress("1.1.1.1", "ipv6"));
says("other family", () => list.addAddress("::1"));
says("range order", () => list.addRange("1.1.1.2", "1.1.1.1"));
says("range order", () => list.addRange("::2", "::1", "ipv6"));
says("long start", () => list.addRange("2001:db8::1:2", "::1", "ipv6"));
says("longer start", () => list.addRange("2001:db8::11:22", "::1", "ipv6"));
says("ports", () => {
  list.addRange(new net.SocketAddress({ address: "1.1.1.2", port: 65535 }), "1.1.1.1");
});
says("long", () => {
  list.addRange(new net.SocketAddress({ address: "::12:2", family: "ipv6", port: 80,
    flowlabel: 1048575 }), new net.SocketAddress({ family: "ipv6" }));
});
says("range start", () => list.addRange("x", 4));
says("range end", () => list.addRange("1.1.1.1", 4));
says("range end", () => list.addRange("1.1.1.1", "::1"));
says("range family", () => list.addRange("1.1.1.1", "1.1.1.2", "x"));
says("network", () => list.addSubnet(5, 8));
says("network", () => list.addSubnet("x", 99));
says("prefix 33", () => list.addSubnet("1.1.1.1", 33));
says("prefix -1", () => list.addSubnet("1.1.1.1", -1));
says("prefix 1.5", () => list.addSubnet("1.1.1.1", 1.5));
says("prefix text", () => list.addSubnet("1.1.1.1", "8"));
says("prefix 129", () => list.addSubnet("::", 129, "ipv6"));
says("check number", () => list.check(1));
says("check family", () => list.check("1.1.1.1", 4));
t.log(list.rules);

t.run();
