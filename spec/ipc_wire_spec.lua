local net = require("lnet")
local wire = require("lnet.ipc.wire")

-- The value after a trip.
local function trip(value)
  local ok, back = wire.decode(wire.encode(value))
  assert.is_true(ok)
  return back
end

-- The error that encoding a value raises.
local function refused(value)
  local ok, err = pcall(wire.encode, value)
  assert.is_false(ok)
  return err
end

describe("a message on the wire", function()
  it("keeps nil and booleans", function()
    assert.is_nil(trip(nil))
    assert.is_true(trip(true))
    assert.is_false(trip(false))
  end)

  it("keeps integers as integers", function()
    for _, value in ipairs({ 0, 1, -1, 255, 1 << 31, math.maxinteger, math.mininteger }) do
      assert.equal(value, trip(value))
      assert.equal("integer", math.type(trip(value)))
    end
  end)

  it("keeps floats as floats, to the bit", function()
    local floats = { 0.0, -0.0, 1.0, 0.1, -1e308, 5e-324, 2 ^ 53, math.huge, -math.huge, 0 / 0 }
    for _, value in ipairs(floats) do
      assert.equal("float", math.type(trip(value)))
      assert.equal(string.pack("<d", value), string.pack("<d", trip(value)))
    end
  end)

  it("keeps strings of any bytes and any length", function()
    local bytes = {}
    for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
    local all = table.concat(bytes)
    for _, value in ipairs({ "", "\0", "a\0b", all, all:rep(5000) }) do
      assert.equal(value, trip(value))
    end
  end)

  it("keeps tables: sequences, names, holes, mixed and nested", function()
    local value = {
      1, "two", { 3, { 4.5, {} } }, true, nil, 6,
      name = "x", [-1] = "minus", [0] = "zero", [2.5] = "float", [true] = "yes", [""] = false,
      [math.maxinteger] = { deep = { deeper = { deepest = "end" } } },
    }
    assert.same(value, trip(value))
  end)

  it("leaves metatables behind, and calls none", function()
    local value = setmetatable({ a = 1 }, {
      __index = function() error("called") end,
      __pairs = function() error("called") end,
      __len = function() error("called") end,
    })
    local back = trip(value)
    assert.same({ a = 1 }, back)
    assert.is_nil(getmetatable(back))
  end)

  it("sends a table once that is there several times", function()
    local shared = { "x" }
    local back = trip({ shared, shared, { shared } })
    assert.same({ { "x" }, { "x" }, { { "x" } } }, back)
    assert.equal(back[1], back[2])
    local doubled = {}
    for _ = 1, 60 do doubled = { doubled, doubled } end -- 2^60 tables, were they copied
    assert.is_true(#wire.encode(doubled) < 10000)
  end)

  it("takes tables nested thousands deep", function()
    local value = { depth = 0 }
    for depth = 1, 9000 do value = { depth = depth, inner = value } end
    local back = trip(value)
    for depth = 9000, 0, -1 do
      assert.equal(depth, back.depth)
      back = back.inner
    end
  end)

  it("refuses what is nested deeper than 10000, with an error object", function()
    local value = {}
    for _ = 1, 20000 do value = { value } end
    assert.equal("ERR_INVALID_ARG_VALUE", refused(value).code)
  end)

  it("refuses functions, userdata and threads, and says where they are", function()
    local err = refused(print)
    assert.equal("ERR_INVALID_ARG_TYPE", err.code)
    assert.matches('The "message" argument must be one of type nil, boolean, number, string or '
      .. "table. Received function", err.message, 1, true)
    assert.matches('The "message.list.2" property',
      refused({ list = { 1, print } }).message, 1, true)
    assert.equal("ERR_INVALID_ARG_TYPE", refused({ io.stdout }).code)
    assert.equal("ERR_INVALID_ARG_TYPE", refused({ coroutine.create(print) }).code)
    assert.equal("ERR_INVALID_ARG_TYPE", refused({ [print] = 1 }).code)
    assert.equal("ERR_INVALID_ARG_TYPE", refused({ net.Socket() }).code)
  end)

  it("refuses a table that contains itself", function()
    local value = { inner = {} }
    value.inner.outer = value
    assert.equal("ERR_INVALID_ARG_VALUE", refused(value).code)
    assert.matches("message.inner.outer", refused(value).message, 1, true)
  end)

  it("takes a table twice after it was refused", function()
    local value = { 1, print }
    refused(value)
    value[2] = 2
    assert.same({ 1, 2 }, trip(value))
  end)

  it("answers false for bytes that no encode makes, whatever they are", function()
    local good = wire.encode({ 1, "two", { 3.5, x = true } })
    for length = 0, #good - 1 do assert.is_false((wire.decode(good:sub(1, length)))) end
    local rubbish = {
      "x", "i", "s\255\255\255\255", "k\9\0\0\0", "{\255\255\255\255", good .. "n", "{\0\0\0\0nn}",
      "{\0\0\0\0}}",
    }
    for _, bytes in ipairs(rubbish) do
      assert.is_false((wire.decode(bytes)))
    end
  end)

  it("changes no byte of a message unnoticed into an error of Lua", function()
    local good = wire.encode({ 1, "two", { 3.5, x = true } })
    for i = 1, #good do
      for _, byte in ipairs({ 0, 1, 127, 255, ("{"):byte(), ("}"):byte(), ("n"):byte() }) do
        local ok = wire.decode(good:sub(1, i - 1) .. string.char(byte) .. good:sub(i + 1))
        assert.equal("boolean", type(ok))
      end
    end
  end)
end)
