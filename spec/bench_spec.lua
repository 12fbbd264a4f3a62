--- The benchmark's generator against lnet's servers, and against servers that do it wrong.
-- What it measures is not looked at: its verdict is.
local json = require("dkjson")
local child = require("spec.support.child")
local temp = require("spec.support.temp")

-- The generator that was built with this lnet.core.
local LOAD = package.searchpath("lnet.core", package.cpath):gsub("lnet/core%.so$", "bench/load")
local START_SECONDS = 10 -- a server needs a moment to listen; more is a hang
local LIMIT = 5 -- seconds that the generator waits for what is missing

local server -- of this test

local function portOf(process)
  for _ = 1, START_SECONDS * 20 do
    local port = (temp.read(process.out) or ""):match("^(%d+)\n")
    if port then return port end
    os.execute("sleep 0.05")
  end
  error("the server does not say its port: " .. (temp.read(process.err) or ""))
end

-- Runs the generator against `process`. Returns what child:wait gives.
local function load(process, arguments, limit)
  server = process
  local port = portOf(process)
  local pid = temp.read(process.pid):match("%d+")
  return child.tool(("%s %s --port %s --pid %s --limit %d"):format(LOAD, arguments, port, pid,
    limit or LIMIT)):wait()
end

local FEW = " --warmup-operations 3 --operations 20"

describe("bench/load", function()
  after_each(function()
    server:stop()
    temp.clean()
  end)

  for name, arguments in pairs({
    ["echo data"] = "pingpong --connections 3 --size 64",
    ["echo pipe"] = "pingpong --connections 3 --size 70000",
    ["timed data"] = "timed --connections 2",
    ["timed pipe"] = "timed --connections 2",
    ["chop data"] = "chop --connections 2",
    ["stream data"] = "stream --connections 2 --buffers 65536",
    ["stream pipe"] = "stream --connections 2 --buffers 65536",
    ["sink data"] = "sink --connections 2",
    ["source data"] = "source --connections 2",
  }) do
    it("is content with lnet's server " .. name, function()
      local ended = load(child.lua("bench/servers/lnet.lua " .. name), arguments .. FEW, 20)
      assert.equal("", ended.err)
      assert.equal(0, ended.code)
      local result = json.decode(ended.out)
      assert.equal(20, result.operations)
      assert.is_true(result.cpu_ns > 0)
    end)
  end

  it("is content with lnet's server when each exchange has its own connection", function()
    local echo = child.lua("bench/servers/lnet.lua echo data")
    local ended = load(echo, "connect --connections 3" .. FEW)
    assert.equal("", ended.err)
    assert.equal(20, json.decode(ended.out).operations)
  end)

  it("measures the memory of connections", function()
    local ended = load(child.lua("bench/servers/lnet.lua echo data"), "idle --connections 200")
    assert.equal("", ended.err)
    assert.equal(200, json.decode(ended.out).connections)
  end)

  -- A server whose listener of 'data' is `listener`, a Lua expression in c, the connection.
  local function wrong(listener)
    return child.program(([[
      local net = require("lnet")
      local server = net.createServer(function(c)
        c:on("error", function() end)
        local count = 0
        c:on("data", %s)
      end)
      server:listen(0, "127.0.0.1", function()
        print(server:address().port)
        io.stdout:flush()
      end)
      net.run()
    ]]):format(listener))
  end

  local function assertFails(ended, pattern)
    assert.equal(1, ended.code)
    assert.matches(pattern, ended.err)
    assert.equal("", ended.out)
  end

  it("fails on a byte that is wrong, and says which", function()
    local ended = load(wrong([[function(bytes)
      count = count + 1
      local tenth = string.char(bytes:byte(10) ~ (count == 3 and 1 or 0))
      c:write(bytes:sub(1, 9) .. tenth .. bytes:sub(11))
    end]]), "pingpong --size 64" .. FEW)
    assertFails(ended, "connection 0: byte 137 is wrong")
  end)

  it("fails on a byte that is lost", function()
    local ended = load(wrong("function(bytes) c:write(bytes:sub(1, -2)) end"), "pingpong" .. FEW, 1)
    assertFails(ended, "1 connections wait, 0 bytes could not be sent, 1 are missing")
  end)

  it("fails on bytes that are lost in the middle of much", function()
    -- Seven bytes at one place of the stream, however it comes in chunks.
    local ended = load(wrong([[function(bytes)
      local place = 100000 - count
      count = count + #bytes
      c:write(bytes:sub(1, math.max(place, 0)) .. bytes:sub(math.max(place + 7, 0) + 1))
    end]]), "stream" .. FEW, 1)
    assertFails(ended, "connection 0: byte 100000 is wrong")
  end)

  it("fails on a byte too many", function()
    local ended = load(wrong("function(bytes) c:write(bytes .. 'x') end"), "pingpong" .. FEW)
    assertFails(ended, "connection 0: 1 surplus bytes after 64")
  end)

  it("fails on answers that went to the wrong connection", function()
    local ended = load(wrong([[function(bytes)
      first = first or bytes
      c:write(first)
    end]]), "pingpong --connections 2" .. FEW)
    assertFails(ended, "connection %d: byte %d+ is wrong")
  end)

  it("fails on a count that is too small", function()
    local ended = load(wrong([[function(bytes) count = count + #bytes end)
      c:on("end", function() c:finish(("%d"):format(count - 1)) end]]), "sink" .. FEW)
    assertFails(ended, "connection 0: ")
  end)

  it("fails on an end that comes early", function()
    local ended = load(wrong("function(bytes) c:finish(bytes:sub(1, 10)) end"), "pingpong" .. FEW)
    assertFails(ended, "connection 0: the server ended it after 10 bytes of 64")
  end)
end)
