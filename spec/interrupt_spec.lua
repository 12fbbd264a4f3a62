-- Ctrl-C: one SIGINT ends a program that waits in net.run, as it ends one that does not.
local child = require("spec.support.child")
local temp = require("spec.support.temp")

local SIGINT = 2
local BIN = "bin/lnet "

-- What a program begins with: it says when it is about to wait, once the loop runs.
local HEAD = [[
  io.stdout:setvbuf("no")
  local net = require("lnet")
  local timers = require("lnet.timers")
  local function ready() print("waits") end
  local immediate = timers.setImmediate(ready)
  local never = timers.setTimeout(print, 60000)
]]

-- Starts a program; once it waits, sends it SIGINT `times` times. Returns how it ended.
local function interrupt(source, host, times)
  local path = temp.file(HEAD .. source)
  local program = child.lua((host or "") .. path)
  for i = 1, times or 1 do
    for _ = 1, 1000 do -- 10 s; starting Lua takes a moment
      local _, lines = (temp.read(program.out) or ""):gsub("waits\n", "")
      if lines >= i then break end
      os.execute("sleep 0.01")
    end
    os.execute("kill -INT " .. temp.read(program.pid))
  end
  return program:wait()
end

-- The stand-alone lua tells it as an error.
local function interrupted(result)
  assert.matches("^lua5%.4: [^\n]*interrupted!\n", result.err)
  assert.equal(1, result.code)
end

-- Dead by the signal, or by a shell's report of it.
local function killed(result)
  assert.equal("", result.err)
  assert.equal(SIGINT, result.signal or result.code - 128)
end

local waits = {
  ["for a timer"] = "net.run()",
  ["for a connection"] = "never:close() net.createServer():listen(0, '127.0.0.1') net.run()",
  ["for one event, once"] = "repeat until not net.run('once')",
  ["for what is not referenced, because of an idle socket"] = [[
    never:close()
    local server = net.createServer(function() end)
    server:listen(0, "127.0.0.1", function()
      net.connect(server:address().port, "127.0.0.1", ready)
      server:unref()
    end)
    immediate:close()
    net.run()]],
  ["in a coroutine"] = "coroutine.wrap(net.run)()",
  ["in a coroutine that was made in a coroutine"] = [[
    coroutine.wrap(function() coroutine.wrap(net.run)() end)()]],
  ["in a listener that never ends"] = [[
    timers.setTimeout(function()
      print("waits")
      while true do end
    end, 1)
    immediate:close()
    net.run()]],
  ["in ticks that never end"] = [[
    local function tick() net.nextTick(tick) end
    timers.setImmediate(function() ready() tick() end)
    net.run()]],
  ["in immediates that never end"] = [[
    local function again() timers.setImmediate(again) end
    again()
    net.run()]],
}

describe("SIGINT while the program waits", function()
  for where, source in pairs(waits) do
    it(where .. ": lua raises \"interrupted!\"", function() interrupted(interrupt(source)) end)

    it(where .. ": bin/lnet dies by the signal", function() killed(interrupt(source, BIN)) end)
  end

  it("is an error that net.run raises, and the loop goes on afterwards", function()
    local result = interrupt([[
      never:close()
      local server = net.createServer(function(socket) socket:pipe(socket) end)
      server:listen(0, "127.0.0.1", ready)
      immediate:close()
      print(pcall(net.run))
      print(debug.gethook())
      local client = net.connect(server:address().port, "127.0.0.1")
      client:on("data", function(bytes)
        print(bytes)
        client:destroy()
        server:close()
      end)
      client:write("echo")
      print(net.run())
    ]])
    assert.equal("", result.err)
    assert.equal("waits\nfalse\tinterrupted!\nnil\necho\nfalse\n", result.out)
    assert.equal(0, result.code)
  end)

  it("is caught in a coroutine too, and leaves no hook", function()
    local result = interrupt([[
      print(coroutine.wrap(pcall)(net.run))
      print(debug.gethook())
      never:close()
      print(net.run())
    ]])
    assert.equal("", result.err)
    assert.equal("waits\nfalse\tinterrupted!\nnil\nfalse\n", result.out)
  end)

  it("kills the program the second time, as lua does", function()
    killed(interrupt([[
      pcall(net.run)
      local immediate = timers.setImmediate(ready)
      net.run()
    ]], nil, 2))
  end)

  it("leaves a debug hook of the program alone when nothing came", function()
    local result = child.program([[
      local net = require("lnet")
      local calls = 0
      debug.sethook(function() calls = calls + 1 end, "c")
      require("lnet.timers").setTimeout(function() end, 5)
      net.run()
      debug.sethook()
      print(calls > 0)
    ]]):wait()
    assert.equal("", result.err)
    assert.equal("true\n", result.out)
  end)

  it("kills a process that was forked", function()
    local result = child.program([[
      local ipc = require("lnet.ipc")
      local source = os.tmpname()
      local file = io.open(source, "w")
      file:write([=[
        require("lnet.ipc").parent:on("message", print):send("ready")
        require("lnet").run()
      ]=])
      file:close()
      local forked = ipc.fork(source)
      forked:on("message", function() forked:kill("SIGINT") end)
      forked:on("exit", function(code, signal)
        print(code, signal)
        os.remove(source)
      end)
      require("lnet").run()
    ]]):wait()
    assert.equal("", result.err)
    assert.equal("nil\tSIGINT\n", result.out)
  end)
end)
