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
    "sockets that are dropped while steps wait for them",
    2000,
    [[
      for _ = 1, n do net.Socket():resume() end
      collectgarbage()
      net.run()
    ]],
  },
  {
    "connections that are destroyed and begun anew in one callback",
    400,
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
    "lives of one socket in one callback",
    400,
    [[
      local socket = net.Socket()
      socket:on("error", ignore)
      for i = 1, n do
        socket:connect("/nowhere")
        socket:write("x", ignore)
        socket:destroy()
      end
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
