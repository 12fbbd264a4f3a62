local net = require("lnet")
local child = require("spec.support.child")
local pair = require("spec.support.pair")
local pattern = require("spec.support.pattern")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local MIB = 1 << 20
local MORE = 20 * MIB -- more than the kernel takes for one connection

-- Collects what `socket` receives; the function returned gives it as one string.
local function collect(socket)
  local pieces = {}
  socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
  return function() return table.concat(pieces) end
end

-- A write callback that adds "text" or "text CODE" to a trace.
local function logged(log, text)
  return function(err) log:add(err and text .. " " .. err.code or text) end
end

for kind, connect in pairs({ TCP = pair.tcp, Unix = pair.unix }) do
  describe("over " .. kind .. ", a socket's write", function()
    after_each(within.clean)

    it("sends the bytes as they are, all 256 of them", function()
      local all = {}
      for i = 0, 255 do
        all[i + 1] = string.char(i)
      end
      local bytes = table.concat(all)
      local near, far = connect()
      local received = collect(far)
      near:resume()
      assert.is_true(near:write(bytes))
      near:finish()
      within(2)
      assert.equal(bytes, received())
    end)

    it("keeps the order of many small writes, and calls each callback once, in order", function()
      local near, far = connect()
      local received, expected, called = collect(far), {}, {}
      near:resume()
      for i = 1, 1000 do
        expected[i] = i .. ";"
        near:write(expected[i], function(err)
          assert.is_nil(err)
          called[#called + 1] = i
        end)
      end
      near:finish()
      within(5)
      assert.equal(table.concat(expected), received())
      assert.equal(1000, #called)
      for i = 1, 1000 do
        assert.equal(i, called[i])
      end
    end)

    it("delivers 20 MiB in one piece, each byte in its place", function()
      local near, far = connect()
      local check, done = pattern.check(), 0
      far:on("data", check.add)
      near:resume()
      assert.is_false(near:write(pattern.bytes(0, MORE), function() done = done + 1 end))
      near:finish()
      within(20)
      assert.is_nil(check.wrongAt)
      assert.equal(MORE, check.length)
      assert.equal(1, done)
      assert.equal(MORE, near.bytesWritten)
      assert.equal(MORE, far.bytesRead)
    end)

    it("delivers 20 MiB written at the pace of 'drain', in both directions at once", function()
      local near, far = connect({ allowHalfOpen = true })
      local function pump(socket)
        local sent = 0
        local function more()
          while sent < MORE do
            local size = math.min(100003, MORE - sent) -- a prime: no buffer's size
            local go = socket:write(pattern.bytes(sent, size))
            sent = sent + size
            if not go then return end
          end
          socket:finish()
          socket:removeAllListeners("drain")
        end
        socket:on("drain", more)
        more()
      end
      local toFar, toNear = pattern.check(), pattern.check()
      far:on("data", toFar.add)
      near:on("data", toNear.add)
      pump(near)
      pump(far)
      within(20)
      for _, check in ipairs({ toFar, toNear }) do
        assert.is_nil(check.wrongAt)
        assert.equal(MORE, check.length)
      end
    end)

    it("takes small and large ones in turns, whatever setNoDelay says between them", function()
      local near, far = connect()
      local check = pattern.check()
      far:on("data", check.add)
      near:resume()
      local turns, sent = 60, 0
      local function turn()
        turns = turns - 1
        if turns % 7 == 0 then near:setNoDelay(turns % 2 == 0) end
        local length = turns % 3 == 0 and 30 or turns % 3 == 1 and 70000 or 5000
        near:write(pattern.bytes(sent, length))
        sent = sent + length
        if turns == 0 then return near:finish() end
        if near.writableNeedDrain then near:once("drain", turn) else net.nextTick(turn) end
      end
      turn()
      within(5)
      assert.equal(0, turns)
      assert.is_nil(check.wrongAt)
      assert.equal(sent, check.length)
    end)

    it("answers false when 16384 bytes or more wait, and 'drain' follows once", function()
      local near, far = connect()
      local drains, length = 0, nil
      near:on("drain", function()
        drains = drains + 1
        length = near.writableLength
        near:destroy()
      end)
      assert.equal(16384, near.writableHighWaterMark)
      assert.is_false(near.writableNeedDrain)
      local writes = 0
      far:pause()
      while near:write(("x"):rep(16384)) do
        assert.is_false(near.writableNeedDrain)
        writes = writes + 1
        assert.is_true(writes < 10000)
      end
      assert.is_true(writes > 0) -- the kernel took the first ones
      assert.is_true(near.writableNeedDrain)
      assert.is_true(near.writableLength >= 16384)
      far:resume()
      within(5)
      assert.equal(1, drains)
      assert.equal(0, length)
    end)
  end)
end

describe("a socket's write", function()
  after_each(within.clean)

  it("answers true when the kernel took it all, whatever the high-water mark", function()
    local near, far = pair.tcp({ highWaterMark = 8 })
    local received, drains = collect(far), 0
    near:on("drain", function() drains = drains + 1 end)
    near:resume()
    assert.is_true(near:write("123456789"))
    assert.equal(0, near.writableLength)
    near:finish()
    within(2)
    assert.equal("123456789", received())
    assert.equal(0, drains)
  end)

  it("answers false at the mark that the user set, and 'drain' follows once", function()
    local server, near
    local drains, received = 0, nil
    server = keep(net.createServer(function(far)
      received = collect(far)
      server:close()
    end))
    server:listen(0, "127.0.0.1", function()
      local port = server:address().port
      near = keep(net.connect({ port = port, host = "127.0.0.1", highWaterMark = 8 }))
      near:resume()
      assert.equal(8, near.writableHighWaterMark)
      assert.is_true(near:write("1234567")) -- it waits: there is no connection yet
      assert.equal(7, near.writableLength)
      assert.is_false(near:write("8"))
      assert.is_false(near:write("9"))
      assert.equal(9, near.writableLength)
      assert.is_true(near.writableNeedDrain)
      near:on("drain", function()
        drains = drains + 1
        near:finish()
      end)
    end)
    within(2)
    assert.equal(1, drains)
    assert.equal("123456789", received())
  end)

  it("calls the callback without an error, later, when the bytes have left", function()
    local near, far = pair.tcp()
    local calls = {}
    far:resume()
    near:resume()
    near:write("x", function(...) calls[#calls + 1] = table.pack(...) end)
    assert.equal(0, #calls)
    near:finish()
    within(2)
    assert.equal(1, #calls)
    assert.is_nil(calls[1][1])
  end)

  it("does not call the callback before the other end takes what the kernel did not", function()
    local near, far = pair.tcp()
    local written = 0
    far:pause()
    near:write(("x"):rep(MORE), function() written = written + 1 end)
    timers.setTimeout(function()
      assert.equal(0, written)
      assert.is_true(near.writableLength > 0)
      far:resume()
      near:finish()
    end, 30)
    near:resume()
    within(10)
    assert.equal(1, written)
  end)

  it("takes data, encoding and callback, and data and callback", function()
    local near, far = pair.tcp()
    local received, log = collect(far), trace.new()
    near:resume()
    near:write("6162", "hex", log:adder("hex"))
    near:write("c", log:adder("plain"))
    near:write("64", "hex")
    near:write("e", nil, log:adder("nil"))
    near:finish()
    within(2)
    assert.equal("abcde", received())
    assert.same({ "hex", "plain", "nil" }, log.list)
  end)

  it("takes numbers as io.write does", function()
    local near, far = pair.tcp()
    local received = collect(far)
    near:resume()
    near:write(42)
    near:write(-7)
    near:write(0.5)
    near:write(2.0)
    near:finish(1)
    within(2)
    assert.equal("42" .. "-7" .. "0.5" .. "2.0" .. "1", received())
  end)

  it("of nothing sends nothing, and calls its callback", function()
    local near, far = pair.tcp()
    local chunks, calls = 0, 0
    far:on("data", function() chunks = chunks + 1 end)
    near:resume()
    assert.is_true(near:write("", function(err)
      assert.is_nil(err)
      calls = calls + 1
    end))
    near:finish()
    within(2)
    assert.equal(0, chunks)
    assert.equal(1, calls)
    assert.equal(0, near.bytesWritten)
  end)

  it("counts at once in bytesWritten what it took, sent or not", function()
    local near, far = pair.tcp()
    far:pause()
    near:write("12345")
    assert.equal(5, near.bytesWritten)
    near:write(("x"):rep(MORE))
    assert.equal(5 + MORE, near.bytesWritten)
    assert.equal(near.writableLength, near.bufferSize)
    assert.is_true(near.bufferSize > 0)
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("keeps the bytes of a string that the program has forgotten", function()
    local near, far = pair.tcp()
    local check = pattern.check()
    far:pause()
    near:resume()
    local sent = 0
    while sent < 4 * MIB do
      near:write(pattern.bytes(sent, 65536))
      sent = sent + 65536
    end
    near:finish()
    collectgarbage()
    collectgarbage()
    far:on("data", check.add)
    far:resume()
    within(10)
    assert.is_nil(check.wrongAt)
    assert.equal(sent, check.length)
  end)

  it("may be called in 'data', in 'drain' and in its own callback", function()
    local near, far = pair.tcp()
    local received = collect(near)
    far:on("data", function(bytes)
      far:write(bytes, function() far:write("2", function() far:finish("3") end) end)
    end)
    near:write("1")
    within(2)
    assert.equal("123", received())
  end)
end)

describe("Nagle's algorithm", function()
  after_each(within.clean)

  -- What TCP_NODELAY is set to while a client runs `steps`, each in a callback of its own.
  local function settings(steps)
    local program = temp.file(([[
      local net = require("lnet")
      local LARGE, SMALL = ("x"):rep(70000), "small"
      local steps = {%s}
      local server
      server = net.createServer(function(c)
        c:resume()
        server:close()
      end)
      server:listen(0, "127.0.0.1", function()
        local c = net.connect(server:address().port, "127.0.0.1")
        local function step()
          local next = table.remove(steps, 1)
          if not next then return c:finish() end
          next(c, LARGE, SMALL)
          if c.writableNeedDrain then c:once("drain", step) else net.nextTick(step) end
        end
        c:on("connect", step)
      end)
      net.run()
    ]]):format(steps))
    local built = package.searchpath("lnet.core", package.cpath):match("^(.*)/lnet/core")
    local preload = (os.getenv("LD_PRELOAD") or "") .. " " .. built .. "/spec/nodelay.so"
    local command = ("env LUA_PATH_5_4=%s LUA_CPATH_5_4=%s LD_PRELOAD=%s lua5.4 %s"):format(
      child.quote(package.path), child.quote(package.cpath), child.quote(preload), program)
    local result = child.tool(command):wait()
    assert.equal(0, result.code)
    return (result.err:gsub("nodelay ", ""):gsub("%s", ""))
  end

  local large = "function(c, large) c:write(large) end,"
  local small = "function(c, _, small) c:write(small) end,"

  it("is off for large writes, and on again for a small one", function()
    assert.equal("", settings(small))
    assert.equal("1", settings(small .. large .. large))
    assert.equal("101", settings(large .. small .. large))
  end)

  it("is off for a large write behind a small one of the same callback", function()
    assert.equal("1", settings("function(c, large, small) c:write(small) c:write(large) end,"))
  end)

  it("stays off where the user wants it so", function()
    local off = "function(c) c:setNoDelay(true) end,"
    local on = "function(c) c:setNoDelay(false) end,"
    assert.equal("1", settings(off .. small .. large .. small))
    assert.equal("11", settings(large .. off .. small .. large .. small))
    assert.equal("101", settings(off .. large .. on .. small .. large))
    assert.equal("1101", settings(large .. off .. on .. large))
  end)

  it("is on when the socket goes to another process", function()
    local script = processes.script([[
      parent:on("message", function(_, socket)
        socket:destroy()
        parent:disconnect()
      end)
    ]])
    local send = 'function(c) require("lnet.ipc").fork(%q):send("yours", c) end,'
    assert.equal("10", settings(large .. send:format(script)))
  end)
end)

describe("a socket's finish", function()
  after_each(within.clean)

  it("sends FIN after all that was written, and 'finish' comes once", function()
    local near, far = pair.tcp()
    local received, log = collect(far), trace.new()
    log:watch(near, { "finish", "close" }, "near")
    log:watch(far, { "end" }, "far")
    near:resume()
    near:write("a")
    assert.equal(near, near:finish())
    within(2)
    assert.equal("a", received())
    assert.equal(1, log:count("near finish"))
    assert.equal(1, log:count("far end"))
    assert.equal(1, log:count("near close"))
  end)

  it("takes data, encoding and callback; the callback comes with 'finish'", function()
    for _, case in ipairs({
      { "x", "x", nil }, { "78", "x", "hex" }, { nil, "", nil },
    }) do
      local near, far = pair.tcp()
      local received, calls = collect(far), {}
      near:resume()
      near:finish(case[1], case[3], function(...)
        calls[#calls + 1] = table.pack(...)
        assert.is_true(near.writableFinished)
      end)
      within(2)
      assert.equal(case[2], received())
      assert.equal(1, #calls)
      assert.is_nil(calls[1][1])
    end
  end)

  it("takes just a callback, or data and a callback", function()
    local near, far = pair.tcp()
    local received, log = collect(far), trace.new()
    far:finish(log:adder("far"))
    near:finish("x", log:adder("near"))
    within(2)
    table.sort(log.list)
    assert.same({ "far", "near" }, log.list)
    assert.equal("x", received())
  end)

  it("shows in writableEnded at once, in writableFinished when all was sent", function()
    local near, far = pair.tcp()
    far:resume()
    near:resume()
    assert.is_true(near.writable)
    assert.is_false(near.writableEnded)
    near:finish("x")
    assert.is_false(near.writable)
    assert.is_true(near.writableEnded)
    assert.is_false(near.writableFinished)
    local finished
    near:on("finish", function() finished = near.writableFinished end)
    within(2)
    assert.is_true(finished)
  end)

  it("calls the callbacks of the writes before its own", function()
    local near, far = pair.tcp()
    local log = trace.new()
    far:resume()
    near:resume()
    log:watch(near, { "finish" })
    near:write("a", log:adder("a"))
    near:write("b", log:adder("b"))
    near:finish("c", log:adder("callback of finish"))
    within(2)
    assert.same({ "a", "b", "callback of finish", "finish" }, log.list)
  end)

  it("called again has no effect, and both callbacks are called", function()
    local near, far = pair.tcp()
    local log = trace.new()
    far:resume()
    near:resume()
    log:watch(near, { "finish", "error" })
    near:finish(log:adder("first"))
    assert.equal(near, near:finish(log:adder("second")))
    within(2)
    assert.equal(1, log:count("finish"))
    assert.equal(1, log:count("first"))
    assert.equal(1, log:count("second"))
    assert.equal(0, log:count("error"))
  end)

  it("after 'finish' gives its callback ERR_STREAM_ALREADY_FINISHED, no 'error'", function()
    local near, far = pair.tcp({ allowHalfOpen = true })
    local errors, got = 0, nil
    far:resume()
    near:on("error", function() errors = errors + 1 end)
    near:on("finish", function()
      timers.setImmediate(function()
        near:finish(function(err) got = err end)
        far:finish()
        near:resume()
      end)
    end)
    near:finish()
    within(2)
    assert.equal("ERR_STREAM_ALREADY_FINISHED", got.code)
    assert.equal("Cannot call end after a stream was finished", got.message)
    assert.equal(0, errors)
  end)
end)

describe("a write after finish", function()
  after_each(within.clean)

  it("answers false; callback and 'error' get ERR_STREAM_WRITE_AFTER_END, then 'close'", function()
    local near, far = pair.tcp()
    local log, errors = trace.new(), {}
    far:resume()
    near:finish("x")
    near:on("error", function(err)
      log:add("error")
      errors[#errors + 1] = err
    end)
    near:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    assert.is_false(near:write("late", function(err)
      log:add("callback")
      errors[#errors + 1] = err
    end))
    within(2)
    assert.same({ "callback", "error", "close true" }, log.list)
    for _, err in ipairs(errors) do
      assert.equal("ERR_STREAM_WRITE_AFTER_END", err.code)
      assert.equal("write after end", err.message)
      assert.equal("Error", err.name)
    end
  end)

  it("is not sent", function()
    local near, far = pair.tcp()
    local received = collect(far)
    near:on("error", function() end)
    near:finish("x", function() near:write("late") end)
    within(2)
    assert.equal("x", received())
  end)
end)

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

describe("cork", function()
  after_each(within.clean)

  it("holds writes back until uncork", function()
    local near, far = pair.tcp()
    local received = collect(far)
    near:cork()
    near:write("a")
    near:write("b")
    assert.equal(2, near.writableLength)
    local before
    timers.setTimeout(function()
      before = received()
      near:uncork()
      near:finish()
    end, 20)
    near:resume()
    within(2)
    assert.equal("", before)
    assert.equal("ab", received())
  end)
end)

describe("cork, after destroy", function()
  after_each(within.clean)

  -- What is done between destroy and the next connect, and the corks that are left then.
  local cases = {
    ["is dropped by the next connect"] = { "", 0 },
    ["may be undone"] = { "uncork", 0 },
    ["may be undone too often"] = { "uncork uncork uncork", 0 },
    ["is undone by finish"] = { "finish", 0 },
    ["counts for the next connection"] = { "cork", 1 },
    ["counts for it behind an uncork"] = { "uncork cork cork", 2 },
    ["counts for it until an uncork"] = { "cork uncork", 0 },
  }
  for title, case in pairs(cases) do
    it(title, function()
      local server, port = serve.tcp()
      local received = {}
      server:on("connection", function(far)
        far:on("error", function() end)
        far:on("data", function(bytes) received[#received + 1] = bytes end)
      end)
      local socket = keep(net.Socket())
      socket:cork()
      for _ = 1, 2 do
        socket:connect(port, "127.0.0.1")
        socket:write("lost")
        socket:destroy()
        for method in case[1]:gmatch("%a+") do socket[method](socket) end
      end
      socket:connect(port, "127.0.0.1")
      assert.equal(case[2], socket.writableCorked)
      for _ = 1, case[2] do socket:uncork() end
      socket:write("kept")
      within.reached(2, function() return #received > 0 end)
      assert.equal("kept", table.concat(received))
      socket:destroy()
      server:close()
      within(2)
    end)
  end
end)

describe("A burst of writes", function()
  after_each(within.clean)

  it("leaves no memory of Lua behind once it is sent", function()
    local near, far = pair.unix()
    local called = 0
    local function count() called = called + 1 end
    far:resume()
    local function burst(writes)
      near:cork()
      for _ = 1, writes do near:write("x", count) end
      near:uncork()
      within.reached(20, function() return called == writes end)
      called = 0
      collectgarbage()
      collectgarbage()
      return collectgarbage("count")
    end
    local before = burst(10)
    assert.is_true(burst(100000) - before < 100)
    assert.is_true(burst(10) - before < 100)
    near:destroy()
    within(2)
  end)

  it("leaves no memory of the process behind", function()
    if os.getenv("LNET_SPEC_PATIENCE") or not io.open("/proc/self/status") then return end
    local result = child.program([[
      local net = require("lnet")
      local function resident()
        for line in io.lines("/proc/self/status") do
          local kib = line:match("VmRSS:%s+(%d+)")
          if kib then return tonumber(kib) end
        end
      end
      local path = os.tmpname()
      os.remove(path)
      local server = net.createServer(function(socket) socket:resume() end)
      server:listen(path, function()
        local before = resident()
        local client = net.connect(path)
        local function ignore() end
        client:cork()
        for _ = 1, 500000 do client:write("x", ignore) end
        client:uncork()
        client:write("last", function()
          net.nextTick(function()
            collectgarbage()
            collectgarbage()
            io.write(resident() - before)
            client:destroy()
            server:close()
          end)
        end)
      end)
      net.run()
    ]]):wait()
    assert.equal("", result.err)
    assert.is_true(tonumber(result.out) < 16 << 10)
  end)

  it("that fails behind others calls each back once, in order, without moving the rest", function()
    local near, far = pair.unix()
    local MANY = 60000
    local order, failed, wrong = 0, 0, 0
    local function callback(i, fails)
      return function(err)
        order = order + 1
        if order ~= i then wrong = wrong + 1 end
        if err then failed = failed + 1 end
        if (err ~= nil) ~= fails then wrong = wrong + 1 end
      end
    end
    far:resume()
    for i = 1, MANY do near:write("x", callback(i < 2 and i or MANY + i, false)) end
    near:cork()
    for i = 1, MANY do near:write("x", callback(1 + i, true)) end
    near:on("error", function() end)
    near:destroy({ message = "over" })
    within(20)
    assert.equal(2 * MANY, order)
    assert.equal(MANY, failed)
    assert.equal(0, wrong)
  end)

  it("that goes on for ever keeps no more than what waits at a time", function()
    local near, far = pair.unix()
    far:resume()
    local left, most = 30000, 0
    local function on()
      left = left - 1
      if left > 0 then near:write("x", on) end
    end
    collectgarbage()
    collectgarbage()
    local before = collectgarbage("count")
    for _ = 1, 1024 do near:write("x", on) end
    within.reached(20, function()
      most = math.max(most, near.writableLength)
      return left <= 0
    end)
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage("count") - before < 200)
    near:destroy()
    within(2)
  end)
end)

describe("bytesWritten", function()
  it("costs the same however much waits", function()
    local result = child.program([[
      local net = require("lnet")
      local socket = net.Socket()
      socket:cork()
      for i = 1, 400000 do
        socket:write("x")
        assert(socket.bytesWritten == i)
      end
      io.write("done")
    ]]):wait() -- ended before that, where each look goes through all that waits
    assert.equal("", result.err)
    assert.equal("done", result.out)
  end)
end)

describe("writableLength", function()
  after_each(within.clean)

  it("forgets what was lost even if the socket is used again before that is told", function()
    local near, far = pair.unix({ allowHalfOpen = true })
    local server, path = serve.unix()
    local again = false
    server:on("connection", function(socket) socket:resume() end)
    near:on("error", function() end)
    far:destroy()
    near:on("end", function()
      near:write("first", function() end)
      near:write("second")
      assert.equal(6, near.writableLength) -- they were tried, and the first one has failed
      near:destroy()
      near:connect(path)
      near:write("third")
      again = true
    end)
    near:resume()
    within.reached(5, function() return again and near.writableLength == 0 end)
    near:destroy()
    server:close()
    within(5)
  end)
end)
