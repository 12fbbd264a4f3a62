// Addresses with a zone in SocketAddress and BlockList, and other text that libuv takes.
"use strict";
const t = require("./prelude");
const { net, log, raises } = t;

const texts = ["fe80::1%lo", "fe80::1%l_o", "fe80::1%1", "fe80::1%", "fe80::1%none", "fe80::1% x",
  "fe80::1%a%b", "::1%lo", "10.0.0.1%lo", "::ffff:10.0.0.1%lo", "%lo", "fe80::1 %lo",
  "fe80::1%" + "x".repeat(300), "fe80::1%lo\0x", "fe80::1\0", "10.0.0.1\0x"];
for (const text of texts) {
  log("--", text, net.isIP(text));
  for (const family of ["ipv4", "ipv6"]) {
    raises("SocketAddress", () => {
      const address = new net.SocketAddress({ address: text, family });
      log(address.address, address.family, address.port);
    });
    raises("addAddress", () => {
      const list = new net.BlockList();
      list.addAddress(text, family);
      log(list.rules, list.check(text, family), list.check("fe80::1", "ipv6"));
    });
    raises("addSubnet", () => {
      const list = new net.BlockList();
      list.addSubnet(text, 8, family);
      log(list.rules, list.check(text, family), list.check("fe80::1%eth7", "ipv6"));
    });
    raises("addRange", () => {
      const list = new net.BlockList();
      list.addRange(text, text, family);
      log(list.rules, list.check(text, family));
    });
  }
  const list = new net.BlockList();
  list.addAddress("fe80::1", "ipv6");
  list.addAddress("10.0.0.1");
  log(list.check(text, "ipv6"), list.check(text));
}
