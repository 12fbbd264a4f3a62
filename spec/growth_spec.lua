--- What grows with the number of things grows in proportion to it, and memory is given back. Work
-- is counted in instructions, so that the load of the machine does not matter.
local child = require("spec.support.child")
local instructions = require("spec.support.instructions")
local temp = require("spec.support.temp")

-- Valgrind and a sanitizer cannot both be in one process, and a debug build checks itself.
if not package.cpath:find("build/release", 1, true) then return end

-- Linear work, and tables that double now and then, stay below it; the square gives 4.
local LIMIT = 2.7

-- Each program does n of something; it begins with what stands here.
local PRELUDE = [[
  local n = math.tointeger(...)
  local net, timers = require("lnet"), require("lnet.timers")
  local EventEmitter = require("lnet.events").EventEmitter
  local function ignore() end
]]

local programs = {
  {
    "names of events, listened to once and for long",
    200,
    [[
      for _, emitter in ipairs({ EventEmitter(), net.Socket() }) do
        emitter:on("newListener", ignore)
        for i = 1, n do emitter:once("once" .. i, ignore):on("on" .. i, ignore) end
        for i = 1, n do
          emitter:emit("once" .. i)
          emitter:off("on" .. i, ignore)
        end
      end
    ]],
  },
  {
    "listeners of one event, that are called once or taken out in any order",
    300,
    [[
      local emitter, listeners = net.Socket():setMaxListeners(0), {}
      for i = 1, n do
        listeners[i] = function() end
        emitter:once("close", function() end):on("data", listeners[i])
      end
      emitter:emit("close")
      for i = 1, n do emitter:off("data", listeners[(i * 7919) % n + 1]) end
    ]],
  },
  {
    "sockets that are dropped while steps wait for them",
    500,
    [[
      for _ = 1, n do
        local socket = net.Socket()
        socket:resume():on("readable", ignore):setTimeout(5000)
      end
      collectgarbage()
      net.run()
    ]],
  },
  {
    "small reads of one large chunk, and of many chunks",
    500,
    [[
      local socket = net.Socket()
      socket:unshift(("x"):rep(16 * n))
      for _ = 1, n do socket:read(16) end
      for _ = 1, n do socket:unshift("abcdefgh") end
      while true do
        local bytes = socket:read(6)
        if not bytes then break end
        socket:unshift(bytes:sub(5))
      end
    ]],
  },
  {
    "errors that are kept until net.run raises them",
    60,
    [[
      local socket = net.connect("/nonexistent"):on("error", ignore)
      for _ = 1, n do
        socket:write("x", function() error("write", 0) end)
        net.nextTick(function() error("tick", 0) end)
        timers.setImmediate(function() error("immediate", 0) end)
      end
      repeat until pcall(net.run)
    ]],
  },
  {
    "slices, each of the one before",
    3000,
    [[
      local buffer = net.Buffer(16)
      for _ = 1, n do buffer = buffer:slice(1, -1) end
      collectgarbage()
    ]],
  },
  {
    "timers and immediates, that are due, moved or cleared",
    300,
    [[
      local pending = {}
      for i = 1, n do
        timers.setTimeout(ignore, i % 7)
        timers.setImmediate(ignore)
        pending[i] = timers.setTimeout(ignore, i * 1000)
        pending[n + i] = timers.setImmediate(ignore)
      end
      for i = n, 1, -1 do pending[i]:refresh() end
      for i = 1, n do
        pending[i]:close()
        timers.clearImmediate(pending[n + i])
      end
      net.run()
    ]],
  },
  {
    "writes that wait for the connection, and are sent or lost",
    300,
    [[
      local path, server = "\0lnet growth " .. os.clock() .. tostring(ignore)
      server = net.createServer(function(far)
        far:resume()
        server:close()
      end)
      server:listen(path, function()
        local sent, lost = net.connect(path), net.connect("/nonexistent"):on("error", ignore)
        sent:cork()
        for _ = 1, n do
          sent:write("x", ignore)
          lost:write("x", ignore)
          assert(sent.writableLength > 0 and lost.bytesWritten > 0)
        end
        sent:uncork()
        sent:finish()
      end)
      net.run()
    ]],
  },
  {
    "destinations of one socket",
    100,
    [[
      local source, destinations = net.Socket():setMaxListeners(0), {}
      local function write() return false end
      for i = 1, n do
        local destination = EventEmitter()
        destination.write, destination.finish = write, ignore
        destinations[i] = source:pipe(destination)
      end
      source:unshift("x")
      net.run()
      for i = 1, n do destinations[i]:emit("drain") end
      for i = 1, n do source:unpipe(destinations[(i * 7919) % n + 1]) end
      for i = 1, n do source:pipe(destinations[i]) end
      source:unpipe()
    ]],
  },
  {
    "connections that come and go",
    40,
    [[
      local path, server = "\0lnet growth " .. os.clock() .. tostring(ignore)
      local open = n
      server = net.createServer(function(far) far:finish("x") end)
      server:listen(path, function()
        for _ = 1, n do
          net.connect(path):resume():on("close", function()
            open = open - 1
            if open == 0 then server:close() end
          end)
        end
      end)
      net.run()
    ]],
  },
  {
    "connections that are destroyed and begun anew in one callback",
    100,
    [[
      local sockets = {}
      for i = 1, n do
        sockets[i] = net.connect("/nowhere/" .. i)
        sockets[i]:on("error", ignore)
        sockets[i]:write("x", ignore)
      end
      for i = 1, n do
        sockets[i]:destroy()
        sockets[i]:connect("/elsewhere/" .. i)
      end
      net.run()
    ]],
  },
  {
    "lives of one socket, in one callback and one after the other",
    50,
    [[
      local socket = net.Socket()
      socket:on("error", ignore)
      for _ = 1, n do
        socket:connect("/nowhere")
        socket:write("x", ignore)
        socket:destroy()
      end
      net.run()
      local lives = 0
      socket:on("close", function()
        lives = lives + 1
        if lives == n then return end
        socket:unshift("x")
        socket:connect("/nowhere", ignore)
      end)
      socket:connect("/nowhere")
      net.run()
    ]],
  },
  {
    "addresses that a lookup gives, and rules of a block list",
    50,
    [[
      local addresses, list = {}, net.BlockList()
      for i = 1, n do
        addresses[i] = { address = "127.0." .. i // 250 .. "." .. i % 250 + 1, family = 4 }
        list:addSubnet("10." .. i // 250 .. "." .. i % 250 .. ".0", 24)
        list:addRange("11.0.0." .. i % 250, "11.0.1." .. i % 250)
      end
      for i = 1, n do assert(list:check("10." .. i // 250 .. "." .. i % 250 .. ".9")) end
      local function lookup(_, _, callback) callback(nil, addresses) end
      net.connect({ port = 1, host = "a.name", lookup = lookup }):on("error", ignore)
      net.run()
    ]],
  },
  {
    "sockets that one signal may abort",
    40,
    [[
      local controller = net.AbortController()
      controller.signal:setMaxListeners(0)
      local sockets = {}
      for i = 1, n do
        net.Socket({ signal = controller.signal }):destroy()
        sockets[i] = net.Socket({ signal = controller.signal }):on("error", ignore)
      end
      net.run()
      controller:abort()
      net.run()
    ]],
  },
}

describe("the work grows in proportion to the number of", function()
  after_each(temp.clean)

  for _, program in ipairs(programs) do
    local title, n, code = program[1], program[2], program[3]
    it(title, function()
      local growth = instructions.growth(PRELUDE .. code, n)
      assert.is_true(growth < LIMIT, ("twice as many take %.2f times the work"):format(growth))
    end)
  end
end)

describe("memory is given back", function()
  after_each(temp.clean)

  it("after a burst of ticks", function()
    local ended = child.program([[
      local net = require("lnet")
      local function resident()
        for line in io.lines("/proc/self/status") do
          local kib = line:match("VmRSS:%s+(%d+)")
          if kib then return math.tointeger(kib) end
        end
      end
      local function ignore() end
      net.nextTick(ignore)
      net.run()
      collectgarbage()
      local before, lua = resident(), collectgarbage("count")
      for _ = 1, 300000 do net.nextTick(ignore) end
      local most = resident()
      net.run()
      collectgarbage()
      assert(most - before > 10000, "the burst was too small")
      assert(resident() - before < (most - before) / 2, "the process has kept it")
      assert(collectgarbage("count") - lua < 64, "Lua has kept it")
    ]]):wait()
    assert.equal("", ended.err)
    assert.equal(0, ended.code)
  end)
end)
