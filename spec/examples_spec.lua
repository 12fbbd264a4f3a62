-- Each program in examples/ runs and does what its first line says.
local child = require("spec.support.child")
local net = require("lnet")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")

local PATIENCE = tonumber(os.getenv("LNET_SPEC_PATIENCE")) or 1

-- Runs an example that ends by itself; returns what it printed.
local function run(arguments)
  local result = child.lua("bin/lnet examples/" .. arguments):wait()
  assert.equal("", result.err)
  assert.equal(0, result.code)
  return result.out
end

-- Starts an example; waits until it has printed a line, and returns the child and that line.
local function start(arguments)
  local server = child.lua("bin/lnet examples/" .. arguments)
  local line
  local poll = timers.setInterval(function()
    line = line or (temp.read(server.out) or ""):match("^(.-)\n")
  end, 10)
  within.reached(10 * PATIENCE, function() return line ~= nil end)
  poll:close()
  return server, line
end

-- Connects, and returns all that comes until the other side ends.
local function receive(port)
  local socket = within.keep(net.connect(port))
  local pieces, closed = {}, false
  socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
  socket:on("close", function() closed = true end)
  within.reached(10 * PATIENCE, function() return closed end)
  return table.concat(pieces)
end

describe("the example", function()
  after_each(within.clean)

  it("goodbye_server.lua says goodbye to each client", function()
    local server, line = start("goodbye_server.lua 2")
    local port = tonumber(line:match("^opened server on %S+ (%d+)$"))
    assert.equal("goodbye\n", receive(port))
    assert.equal("goodbye\n", receive(port))
    local result = server:wait()
    assert.equal("", result.err)
    assert.equal(0, result.code)
  end)

  it("retry.lua listens once the port is free", function()
    assert.equal("Address in use, retrying...\nlistening\n", run("retry.lua 0 20"))
  end)

  it("timeout.lua ends an idle connection", function()
    assert.equal("socket timeout\nclosed\n", run("timeout.lua 20"))
  end)

  it("exclusive.lua listens on localhost", function()
    assert.matches("^listening alone on [%d.:]+\n$", run("exclusive.lua 0"))
  end)

  it("unix_echo.lua gets back what it sends", function()
    local path = temp.path()
    assert.equal(("listening on %s\nconnected to server!\nhello over a path\n"
      .. "disconnected from server\n"):format(path), run("unix_echo.lua " .. child.quote(path)))
  end)

  it("echo_client.lua gets back from echo_server.lua what it sends", function()
    local server, line = start("echo_server.lua 0 127.0.0.1")
    local port = line:match("^listening on 127%.0%.0%.1 (%d+)$")
    assert.equal("connected to server!\nhello\r\nworld!\r\ndisconnected from server\n",
      run("echo_client.lua " .. port .. " 127.0.0.1"))
    server:stop()
  end)

  it("pass_connection.lua has another process serve the connection", function()
    local server, line = start("pass_connection.lua 0")
    local socket = within.keep(net.connect(tonumber(line:match("^listening on port (%d+)$"))))
    local pieces, closed = {}, false
    socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    socket:on("close", function() closed = true end)
    socket:finish("every byte")
    within.reached(10 * PATIENCE, function() return closed end)
    assert.equal("hello from the child\r\nevery byte", table.concat(pieces))
    local result = server:wait()
    assert.equal("", result.err)
    assert.matches("server closed", result.out, 1, true)
    assert.matches("child ended with 0", result.out, 1, true)
    assert.equal(0, result.code)
  end)

  it("cluster.lua serves with several workers, replaces one that dies, and stops", function()
    local server, line = start("cluster.lua 0 3")
    local port = tonumber(line:match("^worker %d listens on port (%d+)$"))
    local function talk(word)
      local socket, text, closed = within.keep(net.connect(port, "127.0.0.1")), "", false
      socket:on("data", function(bytes)
        text = text .. bytes
        if text:find(word .. "$") then socket:finish() end
      end)
      socket:on("error", function() end)
      socket:on("close", function() closed = true end)
      socket:write(word)
      within.reached(10 * PATIENCE, function() return closed end)
      return text
    end
    local function printed(pattern)
      local poll = timers.setInterval(function() end, 10)
      within.reached(10 * PATIENCE, function() return temp.read(server.out):find(pattern) end)
      poll:close()
    end
    printed("worker 3 listens")
    assert.matches("^worker %d\r\nhello$", talk("hello"))
    talk("die")
    printed("worker %d is gone: 1")
    printed("worker 4 listens")
    assert.matches("^worker %d\r\nstop$", talk("stop"))
    local result = server:wait()
    assert.equal("", result.err)
    assert.matches("\nall have stopped\n$", result.out)
    assert.equal(0, result.code)
  end)
end)
