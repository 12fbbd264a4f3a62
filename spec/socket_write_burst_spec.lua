--- Very many writes at once: their callbacks, and the memory they leave behind.
local child = require("spec.support.child")
local pair = require("spec.support.pair")
local within = require("spec.support.within")

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
