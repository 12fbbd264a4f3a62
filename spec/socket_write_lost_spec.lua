--- Writes that are not sent: what their callbacks, the events and the properties tell of it.
local child = require("spec.support.child")
local net = require("lnet")
local pair = require("spec.support.pair")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local MORE = 20 << 20 -- bytes; more than the kernel takes for one connection

-- A write callback that adds "text" or "text CODE" to a trace.
local function logged(log, text)
  return function(err) log:add(err and text .. " " .. err.code or text) end
end

describe("a write after destroy", function()
  after_each(within.clean)

  it("answers false; its callback gets ERR_STREAM_DESTROYED, and no 'error' comes", function()
    local near, far = pair.tcp()
    local log = trace.new()
    local message
    far:resume()
    log:watch(near, { "error", "close" })
    near:destroy()
    assert.is_false(near:write("late", function(err)
      message = err.message
      log:add("write " .. err.code)
    end))
    near:finish("later", logged(log, "finish"))
    within(2)
    assert.same({ "write ERR_STREAM_DESTROYED", "finish ERR_STREAM_DESTROYED", "close" }, log.list)
    assert.equal("Cannot call write after a stream was destroyed", message)
  end)

  it("is the same once 'close' has come", function()
    local near, far = pair.tcp()
    local log = trace.new()
    far:resume()
    near:destroy()
    within(2)
    log:watch(near, { "error" })
    assert.is_false(near:write("late", logged(log, "write")))
    within(2)
    assert.same({ "write ERR_STREAM_DESTROYED" }, log.list)
  end)
end)

describe("a write to a socket that was never connected", function()
  after_each(within.clean)

  it("answers false; its callback and 'error' get ERR_SOCKET_CLOSED", function()
    local socket = keep(net.Socket())
    local log, message = trace.new(), nil
    socket:on("error", function(err)
      message = err.message
      log:add("error " .. err.code)
    end)
    socket:on("close", log:adder("close"))
    assert.is_false(socket:write("x", logged(log, "write")))
    within(2)
    assert.same({ "write ERR_SOCKET_CLOSED", "error ERR_SOCKET_CLOSED", "close" }, log.list)
    assert.equal("Socket is closed", message)
  end)
end)

describe("what waits when a socket is destroyed", function()
  after_each(within.clean)

  it("is called back once each, in order, before 'close'", function()
    local near, far = pair.tcp()
    local log = trace.new()
    far:pause()
    near:write(("x"):rep(MORE), logged(log, "in the kernel's hands"))
    near:write("a", logged(log, "a"))
    near:write("b", logged(log, "b"))
    near:on("error", log:adder("error"))
    near:on("close", log:adder("close"))
    near:destroy()
    assert.is_false(near.writable)
    within.reached(5, function() return log:count("close") == 1 end)
    far:destroy()
    within(5)
    assert.same({
      "in the kernel's hands", -- Node gives no error to the write that was under way
      "a ERR_STREAM_DESTROYED",
      "b ERR_STREAM_DESTROYED",
      "close",
    }, log.list)
  end)

  it("gets the error that destroy was given", function()
    local near, far = pair.tcp()
    local log, cause = trace.new(), { message = "cause", code = "MINE" }
    far:pause()
    near:write(("x"):rep(MORE), logged(log, "under way"))
    near:write("a", function(err)
      assert.equal(cause, err)
      log:add("a")
    end)
    near:on("error", function(err)
      assert.equal(cause, err)
      log:add("error")
    end)
    near:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    near:destroy(cause)
    within.reached(5, function() return log:count("close true") == 1 end)
    far:destroy()
    within(5)
    assert.same({ "error", "under way", "a", "close true" }, log.list)
  end)
end)

describe("a socket whose peer is gone", function()
  after_each(within.clean)

  it("gets ECONNRESET as 'error' when its bytes were not read", function()
    local near, far = pair.tcp()
    local log, got = trace.new(), nil
    far:pause()
    near:on("error", function(err)
      got = err
      log:add("error")
    end)
    near:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    near:on("end", log:adder("end"))
    near:write(("x"):rep(MORE), function() far:destroy() end)
    timers.setTimeout(function() far:destroy() end, 30)
    within(5)
    assert.same({ "error", "close true" }, log.list)
    assert.equal("ECONNRESET", got.code)
    assert.is_true(got.syscall == "read" or got.syscall == "write")
    assert.equal(got.syscall .. " ECONNRESET", got.message)
    assert.equal(-104, got.errno)
  end)

  it("gets EPIPE as 'error' when it writes on and on, in the callback too", function()
    local near, far = pair.tcp()
    local log, got = trace.new(), {}
    near.allowHalfOpen = true
    near:on("error", function(err)
      got[#got + 1] = err
      log:add("error " .. err.code)
    end)
    near:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    local function second()
      near:write("b", function(err)
        got[#got + 1] = err
        log:add("b " .. err.code)
      end)
    end
    near:on("end", function()
      near:write("a") -- the answer to this is a reset
      timers.setTimeout(second, 30)
    end)
    far:destroy()
    within(5)
    assert.same({ "b EPIPE", "error EPIPE", "close true" }, log.list)
    for _, err in ipairs(got) do
      assert.equal("write EPIPE", err.message)
      assert.equal("write", err.syscall)
      assert.equal(-32, err.errno)
    end
  end)

  it("does not end the process by SIGPIPE", function()
    local result = child.program([[
      local net = require("lnet")
      local timers = require("lnet.timers")
      local codes = {}
      local server
      server = net.createServer({ allowHalfOpen = true }, function(socket)
        socket:on("error", function(err) codes[#codes + 1] = err.code end)
        local function on()
          if socket.destroyed then return end
          socket:write(("x"):rep(100000))
          timers.setTimeout(on, 5)
        end
        socket:on("end", on)
        socket:resume()
        server:close()
      end)
      server:listen(0, "127.0.0.1", function()
        local client = net.connect(server:address().port, "127.0.0.1")
        client:on("connect", function() client:destroy() end)
      end)
      net.run()
      io.write(#codes, " ", codes[1])
    ]]):wait()
    assert.equal("", result.err)
    assert.equal(0, result.code)
    local count, code = result.out:match("^(%d+) (%w+)$")
    assert.equal("1", count)
    assert.is_true(code == "EPIPE" or code == "ECONNRESET")
  end)
end)
