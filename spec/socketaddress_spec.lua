local net = require("lnet")
local raised = require("spec.support.raised")

local function fields(address)
  return { address.address, address.port, address.family, address.flowlabel }
end

describe("net.SocketAddress", function()
  it("is a class: called, or through new, it makes a socket address", function()
    assert.same({ "127.0.0.1", 0, "ipv4", 0 }, fields(net.SocketAddress()))
    assert.same({ "127.0.0.1", 0, "ipv4", 0 }, fields(net.SocketAddress.new({})))
  end)

  it("takes a family in any letter case, with the default address of that family", function()
    assert.same({ "::", 0, "ipv6", 0 }, fields(net.SocketAddress({ family = "IPv6" })))
    assert.same({ "127.0.0.1", 0, "ipv4", 0 }, fields(net.SocketAddress({ family = "IPv4" })))
  end)

  it("tells the address as it is usually written", function()
    assert.equal(
      "fe80::1",
      net.SocketAddress({ address = "FE80:0:0::0001%lo", family = "ipv6" }).address
    )
  end)

  it("takes a port as text, and a flow label for IPv6 only", function()
    assert.same(
      { "::1", 80, "ipv6", 1048575 },
      fields(net.SocketAddress({ address = "::1", family = "ipv6", port = "80",
        flowlabel = 1048575 }))
    )
    assert.same({ "1.2.3.4", 65535, "ipv4", 0 },
      fields(net.SocketAddress({ address = "1.2.3.4", port = 65535, flowlabel = 7 })))
  end)

  it("refuses a flow label of more than 20 bits, which ends node's process", function()
    local err = raised("ERR_OUT_OF_RANGE", net.SocketAddress,
      { family = "ipv6", flowlabel = 1048576 })
    assert.equal('The value of "options.flowlabel" is out of range. It must be >= 0 && <= 1048575. '
      .. "Received 1048576", err.message)
  end)

  it("refuses options that are no table, at the caller's line", function()
    for _, options in ipairs({ 5, "x", true, print }) do
      local err = raised("ERR_INVALID_ARG_TYPE", function() net.SocketAddress(options) end)
      assert.truthy(err.message:find('The "options" argument must be of type table.', 1, true))
      assert.truthy(err.stack:find("socketaddress_spec.lua", 1, true))
    end
  end)

  it("checks an option that is false", function()
    raised("ERR_INVALID_ARG_VALUE", net.SocketAddress, { family = false })
    raised("ERR_INVALID_ARG_TYPE", net.SocketAddress, { address = false })
    raised("ERR_SOCKET_BAD_PORT", net.SocketAddress, { port = false })
    raised("ERR_INVALID_ARG_TYPE", net.SocketAddress, { flowlabel = false })
  end)

  it("cannot be changed, but has fields of the user", function()
    local address = net.SocketAddress()
    for _, name in ipairs({ "address", "port", "family", "flowlabel" }) do
      local ok, err = pcall(function() address[name] = 1 end)
      assert.is_false(ok)
      assert.equal(("Cannot set property %s of #<SocketAddress> which has only a getter"):format(
        name), err.message)
    end
    assert.same({ "127.0.0.1", 0, "ipv4", 0 }, fields(address))
    address.name = "here"
    assert.equal("here", address.name)
  end)

  it("knows its own kind", function()
    assert.is_true(net.SocketAddress.isSocketAddress(net.SocketAddress()))
    assert.is_false(net.SocketAddress.isSocketAddress())
    for _, other in ipairs({ 1, "x", {}, net.BlockList(), net.Socket(), io.stdout }) do
      assert.is_false(net.SocketAddress.isSocketAddress(other))
    end
  end)

  it("tells nothing from what is none", function()
    assert.is_false(net.SocketAddress.isSocketAddress())
    assert.is_false(net.SocketAddress.isSocketAddress(net.SocketAddress))
  end)

  it("refuses another object as self", function()
    raised("ERR_INVALID_THIS", net.SocketAddress.toJSON, net.BlockList())
    raised("ERR_INVALID_THIS", net.SocketAddress.toJSON)
  end)

  it("becomes a table by toJSON", function()
    assert.same({ address = "::1", family = "ipv6", port = 5, flowlabel = 6 },
      net.SocketAddress({ address = "::1", family = "ipv6", port = 5, flowlabel = 6 }):toJSON())
  end)
end)

describe("net.SocketAddress.parse", function()
  local good = {
    ["123.1.2.3:1234"] = { "123.1.2.3", 1234, "ipv4", 0 },
    ["[1::1]:1234"] = { "1::1", 1234, "ipv6", 0 },
    ["1.2.3.4"] = { "1.2.3.4", 0, "ipv4", 0 },
    ["[1:0::]"] = { "1::", 0, "ipv6", 0 },
    ["[::FFFF:1.2.3.4]:65535"] = { "::ffff:1.2.3.4", 65535, "ipv6", 0 },
    ["1.2.3.4:80"] = { "1.2.3.4", 80, "ipv4", 0 },
    ["1.2.3.4:0080"] = { "1.2.3.4", 80, "ipv4", 0 },
    ["1.2.3.4:"] = { "1.2.3.4", 0, "ipv4", 0 },
    ["1.2.3.4."] = { "1.2.3.4", 0, "ipv4", 0 },
    -- As URLs have them: fewer parts, hexadecimal, octal.
    ["192.168.257:1"] = { "192.168.1.1", 1, "ipv4", 0 },
    ["256"] = { "0.0.1.0", 0, "ipv4", 0 },
    ["999999999:12"] = { "59.154.201.255", 12, "ipv4", 0 },
    ["4294967295"] = { "255.255.255.255", 0, "ipv4", 0 },
    ["0xffffffff"] = { "255.255.255.255", 0, "ipv4", 0 },
    ["0X7f.1:5"] = { "127.0.0.1", 5, "ipv4", 0 },
    ["0177.0.0.1"] = { "127.0.0.1", 0, "ipv4", 0 },
    ["0x.0x.0"] = { "0.0.0.0", 0, "ipv4", 0 },
    ["0x00000000000000000001.2.3.4"] = { "1.2.3.4", 0, "ipv4", 0 },
    -- What URLs may have around host and port; v24 of node reads these too.
    ["1.2.3.4:5/x"] = { "1.2.3.4", 5, "ipv4", 0 },
    ["1.2.3.4?@5.6.7.8"] = { "1.2.3.4", 0, "ipv4", 0 },
    ["a:b@[::1]:7#x"] = { "::1", 7, "ipv6", 0 },
    ["//1.2.3.4\\x"] = { "1.2.3.4", 0, "ipv4", 0 },
    ["1.2.3.4:5\0 "] = { "1.2.3.4", 5, "ipv4", 0 },
    ["1.2\n.3.4:\t5"] = { "1.2.3.4", 5, "ipv4", 0 },
    ["%31.2.3.4"] = { "1.2.3.4", 0, "ipv4", 0 },
  }

  for input, expected in pairs(good) do
    it("reads " .. input, function()
      assert.same(expected, fields(net.SocketAddress.parse(input)))
    end)
  end

  it("gives nil for what is no address", function()
    for _, input in ipairs({ "", "not an ip", "abc.123", "259.1.1.1", "12:12:12", "example.com",
      "::1", "[::1", "::1]", "[::1]x", "[::1]5", "[::1%lo]", "[1.2.3.4]", "[]", "[]:5", "1..2",
      "1.2.3.4.5", "08.1.1.1", "0xg", "4294967296", "1.2.3.4:65536", "1.2.3.4:99999999999999999999",
      "1.2.3.4:-1", "1.2.3.4:+5", "1.2.3.4:5x", "1.2.3.4:0x10", " 1.2.3.4", "1.2.3.4:%35",
      "1.2.3.4:5:6", "1.2.3.4..", ".", ":5", "http://1.2.3.4", "a/@1.2.3.4", "1.2.3.4@",
      "-1", "1e3",
      "1.16777216", "1.1.65536", ("9"):rep(500), "0x" .. ("f"):rep(500) }) do
      assert.is_nil(net.SocketAddress.parse(input), input)
    end
  end)

  it("raises for what is no string", function()
    for _, input in ipairs({ 5, {}, true }) do
      raised("ERR_INVALID_ARG_TYPE", net.SocketAddress.parse, input)
    end
    local err = raised("ERR_INVALID_ARG_TYPE", net.SocketAddress.parse)
    assert.equal('The "input" argument must be of type string. Received nil', err.message)
  end)
end)
