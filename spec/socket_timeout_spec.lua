local net = require("lnet")
local pair = require("spec.support.pair")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local IDLE = 40 -- ms
local OFTEN = 10 -- ms; well below IDLE

describe("a socket's setTimeout", function()
  after_each(within.clean)

  it("emits 'timeout' after inactivity, and closes nothing", function()
    local near, far = pair.tcp()
    local timeouts = 0
    near:setTimeout(IDLE)
    assert.equal(IDLE, near.timeout)
    assert.equal("integer", math.type(near.timeout))
    near:on("timeout", function()
      timeouts = timeouts + 1
      assert.is_false(near.destroyed)
      near:write("still open")
      near:setTimeout(0)
      near:finish()
    end)
    local pieces = {}
    far:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    near:resume()
    within(2)
    assert.equal(1, timeouts)
    assert.equal("still open", table.concat(pieces))
  end)

  it("calls its callback for one 'timeout' only", function()
    local near, far = pair.tcp()
    local calls, timeouts = 0, 0
    near:setTimeout(OFTEN, function() calls = calls + 1 end)
    near:on("timeout", function()
      timeouts = timeouts + 1
      if timeouts == 1 then
        near:write("x") -- activity: it may be idle once more
      else
        near:destroy()
      end
    end)
    far:resume()
    within(2)
    assert.equal(1, calls)
    assert.equal(2, timeouts)
  end)

  it("comes once for one time of inactivity", function()
    local near, far = pair.tcp()
    local timeouts = 0
    near:setTimeout(OFTEN)
    near:on("timeout", function() timeouts = timeouts + 1 end)
    timers.setTimeout(function()
      near:destroy()
      far:destroy()
    end, 8 * OFTEN)
    within(2)
    assert.equal(1, timeouts)
  end)

  it("is told by the property `timeout`, which may be assigned and outlives the socket", function()
    local near, far = pair.tcp()
    assert.is_nil(near.timeout)
    near.timeout = 7
    near:setTimeout(1000)
    assert.equal(1000, near.timeout)
    near:setTimeout(2000.5)
    assert.equal(2000.5, near.timeout)
    near.timeout = 12
    assert.equal(12, near.timeout)
    near:write("activity")
    assert.equal(12, near.timeout)
    near:setTimeout(0)
    assert.equal(0, near.timeout)
    near.timeout = nil
    assert.is_nil(near.timeout)
    near:setTimeout(3000)
    near:destroy()
    far:destroy()
    assert.equal(3000, near.timeout)
    within(2)
    collectgarbage()
    assert.equal(3000, near.timeout)
    assert.is_nil(far.timeout)
  end)

  it("with 0 takes it back", function()
    local near, far = pair.tcp()
    local timeouts = 0
    near:setTimeout(OFTEN)
    near:on("timeout", function() timeouts = timeouts + 1 end)
    near:setTimeout(0)
    assert.equal(0, near.timeout)
    timers.setTimeout(function()
      near:destroy()
      far:destroy()
    end, 5 * OFTEN)
    within(2)
    assert.equal(0, timeouts)
  end)

  it("with 0 and a callback takes that listener away", function()
    local socket = net.Socket()
    local function listener() end
    socket:setTimeout(5000, listener)
    assert.equal(1, socket:listenerCount("timeout"))
    socket:setTimeout(0, listener)
    assert.equal(0, socket:listenerCount("timeout"))
  end)

  it("starts again with each byte that is read", function()
    local log = trace.new()
    local near, far = pair.tcp()
    local sent = 0
    far:resume()
    far:setTimeout(20 * OFTEN, function()
      log:add("timeout after " .. sent)
      far:destroy()
    end)
    local interval
    interval = keep(timers.setInterval(function()
      sent = sent + 1
      near:write("x")
      if sent == 12 then interval:close() end
    end, OFTEN))
    within(5)
    assert.same({ "timeout after 12" }, log.list)
  end)

  it("starts again with each write", function()
    local log = trace.new()
    local near, far = pair.tcp()
    local sent = 0
    far:resume()
    near:setTimeout(20 * OFTEN, function()
      log:add("timeout after " .. sent)
      near:destroy()
    end)
    local interval
    interval = keep(timers.setInterval(function()
      sent = sent + 1
      near:write("x")
      if sent == 12 then interval:close() end
    end, OFTEN))
    within(5)
    assert.same({ "timeout after 12" }, log.list)
  end)

  it("is not held up by a peer that takes nothing", function()
    local near, far = pair.tcp()
    local timeouts = 0
    far:pause()
    near:setTimeout(IDLE, function()
      timeouts = timeouts + 1
      near:destroy()
      far:destroy()
    end)
    near:write(("x"):rep(20 << 20))
    within(5)
    assert.equal(1, timeouts)
  end)

  it("does not hold the loop", function()
    local socket = net.Socket()
    socket:setTimeout(60000)
    assert.is_false(net.run("nowait"))
    within(2)
    socket:setTimeout(0)
  end)

  it("before connecting counts from there on", function()
    local server
    local log = trace.new()
    server = keep(net.createServer(function(socket)
      socket:on("end", function() server:close() end)
      socket:resume()
    end))
    local client = keep(net.Socket())
    client:resume()
    client:setTimeout(IDLE, function()
      log:add("timeout")
      client:finish()
    end)
    client:on("connect", log:adder("connect"))
    server:listen(0, "127.0.0.1", function()
      client:connect(server:address().port, "127.0.0.1")
    end)
    within(2)
    assert.same({ "connect", "timeout" }, log.list)
  end)

  it("does not come after the socket is destroyed", function()
    local near, far = pair.tcp()
    local timeouts = 0
    far:resume()
    near:setTimeout(OFTEN)
    near:on("timeout", function() timeouts = timeouts + 1 end)
    near:destroy()
    timers.setTimeout(function() end, 4 * OFTEN)
    within(2)
    assert.equal(0, timeouts)
  end)

  it("shortens and lengthens the time while it runs", function()
    local log = trace.new()
    local near, far = pair.tcp()
    near:setTimeout(60000)
    far:setTimeout(OFTEN)
    near:setTimeout(OFTEN)
    far:setTimeout(60000)
    near:on("timeout", function()
      log:add("near")
      near:destroy()
      far:destroy()
    end)
    far:on("timeout", log:adder("far"))
    within(2)
    assert.same({ "near" }, log.list)
  end)
end)
