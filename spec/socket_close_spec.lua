local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local SOON = 30 -- ms; the loopback has delivered by then

for kind, connect in pairs({ TCP = pair.tcp, Unix = pair.unix }) do
  describe("over " .. kind .. ", a socket", function()
    after_each(within.clean)

    it("ends its own side when the peer has ended, and closes without an error", function()
      local near, far = connect()
      local log = trace.new()
      local hadErrors = {}
      far:resume()
      near:resume()
      log:watch(far, { "end", "finish", "close" }, "far")
      log:watch(near, { "finish", "end", "close" }, "near")
      far:on("close", function(hadError) hadErrors[#hadErrors + 1] = hadError end)
      near:on("close", function(hadError) hadErrors[#hadErrors + 1] = hadError end)
      near:finish()
      within(2)
      assert.same({ false, false }, hadErrors)
      assert.equal(6, #log.list)
      local position = {}
      for i, entry in ipairs(log.list) do
        position[entry] = i
      end
      assert.is_true(position["near finish"] < position["near end"])
      assert.is_true(position["near end"] < position["near close"])
      assert.is_true(position["far end"] < position["far finish"])
      assert.is_true(position["far finish"] < position["far close"])
      assert.is_true(near.destroyed)
      assert.is_true(far.destroyed)
    end)

    it("sends what still waits before it ends its own side", function()
      local near, far = connect()
      local bytes = 0
      far:resume()
      far:write(("x"):rep(4 << 20))
      near:on("data", function(piece) bytes = bytes + #piece end)
      near:finish()
      within(5)
      assert.equal(4 << 20, bytes)
    end)

    it("with allowHalfOpen stays open until it is finished", function()
      local near, far = connect({ allowHalfOpen = true })
      local log = trace.new()
      far:resume()
      near:on("data", function(bytes) log:add("near got " .. bytes) end)
      log:watch(near, { "end", "close" }, "near")
      far:on("end", function()
        log:add("far end")
        far:write("one ")
        timers.setTimeout(function()
          assert.is_false(far.destroyed)
          assert.is_false(near.destroyed)
          far:finish("two")
        end, SOON)
      end)
      near:finish()
      within(2)
      assert.same({
        "far end", "near got one ", "near got two", "near end", "near close",
      }, log.list)
      assert.is_true(far.destroyed)
    end)

    it("with allowHalfOpen closes when both sides are finished, whoever is first", function()
      local near, far = connect({ allowHalfOpen = true })
      local closes = trace.new()
      closes:watch(near, { "close" }, "near")
      closes:watch(far, { "close" }, "far")
      near:resume()
      far:resume()
      far:finish()
      near:finish()
      within(2)
      assert.equal(1, closes:count("near close"))
      assert.equal(1, closes:count("far close"))
    end)
  end)
end

describe("destroy", function()
  after_each(within.clean)

  it("closes at once: no more events but 'close', once, without an error", function()
    local near, far = pair.tcp()
    local log = trace.new()
    far:resume()
    far:on("error", function() end) -- what it sent was not read: a reset
    log:watch(near, { "data", "end", "finish", "error", "drain" })
    near:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    far:write("to be dropped")
    assert.is_false(near.destroyed)
    assert.equal(near, near:destroy())
    assert.is_true(near.destroyed)
    assert.equal(near, near:destroy())
    within(2)
    assert.same({ "close false" }, log.list)
  end)

  it("with an error emits it as 'error', then 'close' with true", function()
    local near, far = pair.tcp()
    local log, cause = trace.new(), { message = "cause" }
    far:resume()
    near:on("error", function(err)
      assert.equal(cause, err)
      assert.is_true(near.destroyed)
      log:add("error")
    end)
    near:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    near:destroy(cause)
    near:destroy({ message = "too late" })
    within(2)
    assert.same({ "error", "close true" }, log.list)
  end)

  it("lets the peer see an end", function()
    local near, far = pair.tcp()
    local log = trace.new()
    log:watch(far, { "end", "error", "close" })
    far:resume()
    near:destroy()
    within(2)
    assert.same({ "end", "close" }, log.list)
  end)

  it("of a socket that never connected emits 'close'", function()
    local socket = keep(net.Socket())
    local log = trace.new()
    log:watch(socket, { "close", "error" })
    socket:destroy()
    assert.is_true(socket.destroyed)
    within(2)
    assert.same({ "close" }, log.list)
  end)

  for _, event in ipairs({
    "connect", "ready", "data", "end", "finish", "drain", "timeout", "close",
  }) do
    it("is safe in '" .. event .. "'", function()
      local closes, seen = 0, 0
      local server, port = serve.tcp(function(socket)
        socket:on("error", function() end) -- the client goes while it is answered
        socket:once("data", function() socket:finish("bye") end)
      end)
      local client = keep(net.connect(port, "127.0.0.1"))
      client:on(event, function()
        seen = seen + 1
        client:destroy()
      end)
      client:on("close", function()
        closes = closes + 1
        server:close()
      end)
      if event == "timeout" then
        client:setTimeout(SOON)
      else
        client:resume()
        client:write(("x"):rep(16384)) -- before it connects: so 'drain' will come
        if event ~= "drain" then client:finish() end
      end
      within(5)
      assert.equal(1, seen)
      assert.equal(1, closes)
    end)
  end

  it("is safe in 'error'", function()
    local log = trace.new()
    local client = keep(net.connect("/nonexistent/lnet.sock"))
    client:on("error", function()
      log:add("error")
      client:destroy({ message = "another" })
    end)
    client:on("close", log:adder("close"))
    within(2)
    assert.same({ "error", "close" }, log.list)
  end)

  it("is safe in a write callback and in a tick", function()
    for _, later in ipairs({
      function(socket, act) socket:write("x", act) end,
      function(_, act) net.nextTick(act) end,
    }) do
      local near, far = pair.tcp()
      local closes = 0
      far:resume()
      near:on("close", function() closes = closes + 1 end)
      later(near, function() near:destroy() end)
      within(2)
      assert.equal(1, closes)
    end
  end)

  it("of one socket in the event of another is safe", function()
    local near, far = pair.tcp()
    local closes = 0
    far:on("data", function() near:destroy() end)
    near:on("close", function() closes = closes + 1 end)
    near:write("x")
    within(2)
    assert.equal(1, closes)
    assert.is_true(far.destroyed)
  end)
end)

describe("after 'close'", function()
  after_each(within.clean)

  it("no event comes, whatever is called", function()
    local near, far = pair.tcp()
    local log = trace.new()
    far:resume()
    near:destroy()
    within(2)
    log:watch(near, { "close", "error", "end", "finish", "data", "drain", "timeout" })
    near:pause():resume():ref():unref():setTimeout(1):setTimeout(0)
    near:setNoDelay():setKeepAlive(true, 1):setEncoding("utf8")
    near:finish()
    near:destroy()
    near:destroy({ message = "late" })
    within(2)
    assert.same({}, log.list)
  end)
end)

describe("a socket in a <close> variable", function()
  after_each(within.clean)

  it("is destroyed when the block ends", function()
    local near, far = pair.tcp()
    far:resume()
    do
      local socket <close> = near
      assert.is_false(socket.destroyed)
    end
    assert.is_true(near.destroyed)
    within(2)
  end)

  it("is destroyed when the block raises, without an 'error' event", function()
    local near, far = pair.tcp()
    local errors = 0
    far:resume()
    near:on("error", function() errors = errors + 1 end)
    local ok, err = pcall(function()
      local socket <close> = near -- luacheck: ignore
      error({ message = "out" })
    end)
    assert.is_false(ok)
    assert.equal("out", err.message)
    assert.is_true(near.destroyed)
    within(2)
    assert.equal(0, errors)
  end)

  it("may be closed already, or have never been connected", function()
    do
      local never <close> = net.Socket() -- luacheck: ignore
      local destroyed <close> = net.Socket():destroy() -- luacheck: ignore
    end
    within(2)
  end)
end)

describe("unref", function()
  after_each(within.clean)

  it("lets the loop end with the socket open; ref holds it again", function()
    local near, far = pair.tcp()
    assert.equal(near, near:unref())
    assert.is_true(net.run("nowait")) -- far
    assert.equal(far, far:unref():unref())
    assert.is_false(net.run("nowait"))
    assert.is_false(within.run(2))
    assert.is_false(near.destroyed)
    far:ref()
    assert.is_true(net.run("nowait"))
    far:unref()
    near:ref():ref()
    assert.is_true(net.run("nowait"))
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("still lets events come while something else holds the loop", function()
    local near, far = pair.tcp()
    local pieces = {}
    near:unref()
    far:unref()
    far:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    near:write("x")
    timers.setTimeout(function()
      near:destroy()
      far:destroy()
    end, SOON)
    within(2)
    assert.equal("x", table.concat(pieces))
  end)

  it("before connecting holds for the connection", function()
    local server, port = serve.tcp()
    server:unref()
    local client = keep(net.Socket())
    client:unref()
    client:connect(port, "127.0.0.1")
    local held = keep(timers.setTimeout(function() end, 2 * SOON))
    within.reached(2, function() return not client.connecting and server.connections == 1 end)
    held:close()
    local accepted = server.connections
    assert.equal(1, accepted)
    client:destroy()
    server:close()
    within(2)
  end)
end)
