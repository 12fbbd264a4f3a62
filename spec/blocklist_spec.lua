local net = require("lnet")
local raised = require("spec.support.raised")

local function listOf(...)
  local list = net.BlockList()
  for _, address in ipairs({ ... }) do
    list:addAddress(address, net.isIPv6(address) and "ipv6" or "ipv4")
  end
  return list
end

describe("net.BlockList", function()
  it("is a class: called, or through new, it makes an empty list", function()
    for _, list in ipairs({ net.BlockList(), net.BlockList.new() }) do
      assert.same({}, list.rules)
      assert.is_false(list:check("1.1.1.1"))
      assert.is_true(net.BlockList.isBlockList(list))
    end
    for _, other in ipairs({ 1, "x", {}, print, net.SocketAddress(), net.Socket(), false }) do
      assert.is_false(net.BlockList.isBlockList(other))
    end
    assert.is_false(net.BlockList.isBlockList())
  end)

  it("has fields of the user, and rules that cannot be assigned", function()
    local list = net.BlockList()
    list.name = "mine"
    assert.equal("mine", list.name)
    local ok, err = pcall(function() list.rules = {} end)
    assert.is_false(ok)
    assert.equal(
      "TypeError: Cannot set property rules of #<BlockList> which has only a getter",
      tostring(err)
    )
  end)

  it("gives a new table of rules each time", function()
    local list = listOf("1.1.1.1")
    list.rules[1] = nil
    assert.same({ "Address: IPv4 1.1.1.1" }, list.rules)
  end)

  it("blames the caller's line", function()
    local err = raised("ERR_INVALID_ADDRESS", function() net.BlockList():addAddress("x") end)
    assert.equal("Error: Invalid socket address", tostring(err))
    assert.truthy(err.stack:find("blocklist_spec.lua", 1, true))
  end)

  it("refuses another object as self", function()
    for _, name in ipairs({ "addAddress", "addRange", "addSubnet", "check", "toJSON",
      "fromJSON" }) do
      raised("ERR_INVALID_THIS", net.BlockList[name], net.SocketAddress(), "1.1.1.1")
      raised("ERR_INVALID_THIS", net.BlockList[name])
    end
  end)

  it("answers as a plain list of addresses would", function()
    local list, blocked = net.BlockList(), {}
    local state = 1
    local function random(n)
      state = (state * 1103515245 + 12345) % 2147483648
      return (state >> 8) % n
    end
    for _ = 1, 300 do -- ranges and subnets among 10.0.0.0 to 10.0.255.255
      local first = random(65536)
      local last = math.min(65535, first + random(300))
      if random(2) == 0 then
        local bits = 24 + random(9)
        first = first & -(1 << (32 - bits))
        last = first + (1 << (32 - bits)) - 1
        list:addSubnet(("10.0.%d.%d"):format(first >> 8, first & 255), bits)
      else
        list:addRange(
          ("10.0.%d.%d"):format(first >> 8, first & 255),
          ("10.0.%d.%d"):format(last >> 8, last & 255)
        )
      end
      for i = first, last do blocked[i] = true end
    end
    local wrong, hits = 0, 0
    for i = 0, 65535 do
      local text = ("10.0.%d.%d"):format(i >> 8, i & 255)
      local answer = list:check(text)
      if answer then hits = hits + 1 end
      if answer ~= (blocked[i] == true) or list:check("::ffff:" .. text, "ipv6") ~= answer then
        wrong = wrong + 1
      end
    end
    assert.equal(0, wrong)
    assert.is_true(hits > 1000 and hits < 60000)
  end)

  it("is collected with all it has", function()
    local function fill()
      for _ = 1, 20 do
        local list = net.BlockList()
        for i = 0, 255 do list:addRange("1.0.0.1", "1.0." .. i .. ".254") end
      end
    end
    assert.has_no.errors(fill)
    collectgarbage()
  end)
end)

describe("BlockList:toJSON and fromJSON", function()
  local rules = {
    "Subnet: IPv4 192.168.1.0/24",
    "Address: IPv4 10.0.0.5",
    "Range: IPv4 192.168.2.1-192.168.2.10",
    "Range: IPv4 10.0.0.1-10.0.0.10",
    "Subnet: IPv6 2001:db8::/32",
    "Address: IPv6 ::1",
    "Range: IPv6 fe80::1-fe80::ff",
  }

  local function reversed(list)
    local result = {}
    for i = #list, 1, -1 do result[#result + 1] = list[i] end
    return result
  end

  it("adds the rules of a table in its order", function()
    local list = net.BlockList()
    list:fromJSON(rules)
    assert.same(reversed(rules), list.rules)
    assert.same(list.rules, list:toJSON())
    assert.is_true(list:check("192.168.1.77"))
    assert.is_true(list:check("fe80::ab", "ipv6"))
    assert.is_false(list:check("192.168.2.11"))
    list:fromJSON({ "Address: IPv4 1.1.1.1" })
    assert.equal(#rules + 1, #list.rules)
  end)

  it("adds those of the JSON text of such a table", function()
    local list = net.BlockList()
    list:fromJSON('[ "' .. table.concat(rules, '",\n "') .. '" ]\n')
    assert.same(reversed(rules), list.rules)
    list = net.BlockList()
    list:fromJSON("[]")
    list:fromJSON('["Address:\\u0020IPv4 1.1.1.1","Subnet: IPv4 1.1.1.1\\/8"]')
    assert.same({ "Subnet: IPv4 1.1.1.1/8", "Address: IPv4 1.1.1.1" }, list.rules)
  end)

  it("takes what rules has for a range over both families", function()
    local list, copy = net.BlockList(), net.BlockList()
    list:addRange(
      net.SocketAddress({ address = "1.1.1.2" }),
      net.SocketAddress({ address = "::ffff:2.2.2.2", family = "ipv6" })
    )
    copy:fromJSON(list:toJSON())
    assert.same({ "Range: IPv4 1.1.1.2-::ffff:2.2.2.2" }, copy.rules)
    assert.is_true(copy:check("2.0.0.0"))
  end)

  it("refuses all else, and has added nothing then", function()
    local list = net.BlockList()
    for _, data in ipairs({ 1, false, { 1 }, { "Address: IPv4 1.1.1.1", {} }, "{}", "5", "[5]",
      '["Address: IPv4 1.1.1.1", 5]', "null", '[["x"]]' }) do
      local err = raised("ERR_INVALID_ARG_TYPE", list.fromJSON, list, data)
      assert.truthy(err.message:find('The "data" argument must be of type string or string[].', 1,
        true))
    end
    raised("ERR_INVALID_ARG_TYPE", list.fromJSON, list)
    raised("ERR_INVALID_ARG_TYPE", list.fromJSON, list, list)
    raised("ERR_INVALID_ARG_TYPE", list.fromJSON, list, { rule = "Address: IPv4 1.1.1.1" })
    raised("ERR_INVALID_ARG_TYPE", list.fromJSON, list, { [2] = "Address: IPv4 1.1.1.1" })
    assert.same({}, list.rules)
  end)

  it("describes the value of a JSON text", function()
    local list = net.BlockList()
    for json, words in pairs({ ["{}"] = "an instance of table", ["5"] = "type number (5)",
      ["-1.5e3"] = "type number (-1500)", ["null"] = "nil", ["[null]"] = "an instance of table",
      ['"x"'] = "type string ('x')", ["true"] = "type boolean (true)",
      ['{"a": [1, {"b": null}]}'] = "an instance of table" }) do
      local err = raised("ERR_INVALID_ARG_TYPE", list.fromJSON, list, json)
      assert.equal('The "data" argument must be of type string or string[]. Received ' .. words,
        err.message)
    end
  end)

  -- The words that v24 and v25 of node print.
  it("has the errors of JSON.parse", function()
    local list = net.BlockList()
    for json, message in pairs({
      [""] = "Unexpected end of JSON input",
      ["["] = "Unexpected end of JSON input",
      ["nul"] = "Unexpected end of JSON input",
      ["x"] = "Unexpected token 'x', \"x\" is not valid JSON",
      ['["a",]'] = "Unexpected token ']', \"[\"a\",]\" is not valid JSON",
      [("x"):rep(50)] = "Unexpected token 'x', \"xxxxxxxxxx\"... is not valid JSON",
      ["[]x"] = "Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)",
      ["[\n]\n\n x"] =
        "Unexpected non-whitespace character after JSON at position 6 (line 4 column 2)",
      ['["a" "b"]'] =
        "Expected ',' or ']' after array element in JSON at position 5 (line 1 column 6)",
      ['["a"'] = "Expected ',' or ']' after array element in JSON at position 4 (line 1 column 5)",
      ['["a'] = "Unterminated string in JSON at position 3 (line 1 column 4)",
      ['["a\nb"]'] =
        "Bad control character in string literal in JSON at position 3 (line 1 column 4)",
      ['["\\q"]'] = "Bad escaped character in JSON at position 3 (line 1 column 4)",
      ['["\\u12"]'] = "Bad Unicode escape in JSON at position 6 (line 1 column 7)",
      ["{"] = "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
      ['{"a" 1}'] = "Expected ':' after property name in JSON at position 5 (line 1 column 6)",
      ["-"] = "No number after minus sign in JSON at position 1 (line 1 column 2)",
      ["[01]"] = "Unexpected number in JSON at position 2 (line 1 column 3)",
    }) do
      local ok, err = pcall(list.fromJSON, list, json)
      assert.is_false(ok)
      assert.equal("SyntaxError", err.name)
      assert.equal(message, err.message)
      assert.is_nil(err.code)
    end
    assert.same({}, list.rules)
  end)

  -- What v24 and v25 of node do, but for what stands behind the rule: they have added that much.
  it("raises for a bad address, prefix or range, and has added nothing then", function()
    local list = net.BlockList()
    for rule, code in pairs({
      ["Address: IPv4 999.1.1.1"] = "ERR_INVALID_ADDRESS",
      ["Address: IPv4 01.1.1.1"] = "ERR_INVALID_ADDRESS",
      ["Address: IPv6 1.1.1.1"] = "ERR_INVALID_ADDRESS",
      ["Address: IPv6 1:2"] = "ERR_INVALID_ADDRESS",
      ["Range: IPv4 1.1.1.1-999.1.1.1"] = "ERR_INVALID_ADDRESS",
      ["Range: IPv4 2.2.2.2-1.1.1.1"] = "ERR_INVALID_ARG_VALUE",
      ["Range: IPv6 ::2-::1"] = "ERR_INVALID_ARG_VALUE",
      ["Subnet: IPv4 1.1.1.1/33"] = "ERR_OUT_OF_RANGE",
      ["Subnet: IPv6 ::/129"] = "ERR_OUT_OF_RANGE",
    }) do
      raised(code, list.fromJSON, list, { "Address: IPv4 9.9.9.9", rule })
    end
    assert.same({}, list.rules)
  end)

  it("passes over a text that is no rule, and finds one in a longer text", function()
    for _, text in ipairs({ "", "x", "Address: IPv4 x", "Address: IPv4 ::1",
      "Address: IPv5 1.1.1.1", "Subnet: IPv4 1.1.1.1", "Subnet: IPv4 1.1.1.1/", "Address: IPv6 zz",
      "Range: IPv4 1.1.1.1", "Address:IPv4 1.1.1.1", "address: IPv4 1.1.1.1" }) do
      local list = net.BlockList()
      list:fromJSON({ text, "Address: IPv4 9.9.9.9" })
      assert.same({ "Address: IPv4 9.9.9.9" }, list.rules)
    end
    for text, rule in pairs({ [" Address: IPv4 1.1.1.1"] = "Address: IPv4 1.1.1.1",
      ["Address: IPv4 1.1.1.1 "] = "Address: IPv4 1.1.1.1",
      ["Address: IPv4 1.1.1.1.1"] = "Address: IPv4 1.1.1.1",
      ["address: IPv6 ::1"] = "Address: IPv6 ::1",
      ["x Subnet: IPv6 ::/8 x"] = "Subnet: IPv6 ::/8",
      ["my Range: IPv6 ::1-::2"] = "Range: IPv6 ::1-::2" }) do
      local list = net.BlockList()
      list:fromJSON({ text })
      assert.same({ rule }, list.rules)
    end
  end)

  it("takes every rule that rules has, v4-mapped ones too", function()
    local mapped = { "Address: IPv6 ::ffff:1.2.3.4", "Subnet: IPv6 ::ffff:1.2.3.0/120",
      "Range: IPv6 ::ffff:1.2.3.4-::ffff:1.2.3.9" }
    local list = net.BlockList()
    list:fromJSON(mapped)
    assert.same(reversed(mapped), list.rules)
    assert.is_true(list:check("1.2.3.4"))
  end)
end)
