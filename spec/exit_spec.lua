--- However a process ends, what was accepted for a connection and fits into the kernel leaves it.
local child = require("spec.support.child")
local programs = require("spec.support.programs")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

local BUILT = package.searchpath("lnet.core", package.cpath):match("^(.*)/lnet/")

-- A forked child leaves the parent's handles alone when its state is closed.
local NO_LEAKS = "ASAN_OPTIONS=detect_leaks=0"

-- Runs a program, which is given the port of a server as its first argument; returns what the
-- server was sent by each connection, sorted, and the program's exit code.
local function run(source, variables)
  local got, open, came = {}, 0, 0
  local server, port = serve.tcp(function(socket)
    open, came = open + 1, came + 1
    local chunks = {}
    socket:write("hello")
    socket:on("error", function() end) -- a reset: the program did not read all
    socket:on("data", function(bytes) chunks[#chunks + 1] = bytes end)
    socket:on("close", function()
      open = open - 1
      got[#got + 1] = table.concat(chunks)
    end)
  end)
  local program = child.lua(temp.file(source) .. " " .. port, nil, variables)
  within.reached(20, function() return came > 0 and open == 0 end)
  local result = program:wait()
  within.reached(20, function() return open == 0 end)
  server:close()
  within(2)
  table.sort(got)
  return got, result
end

local HEAD = [[
  local net = require("lnet")
  local timers = require("lnet.timers")
  local port = tonumber(arg[1])
  local function connect(listener)
    local socket = net.connect(port, "127.0.0.1", listener)
    socket:on("error", print)
    return socket
  end
  local s = connect()
  local connected, greeted = false, false
  s:on("connect", function() connected = true end)
  s:on("data", function() greeted = true end)
  -- Connects and reads, so that nothing unread turns the end into a reset.
  local function ready()
    while not (connected and greeted) do net.run("once") end
  end
]]

-- Where the program writes "bytes", and then calls `bye`.
local places = {
  ["a listener of 'connect'"] = [[
    s:on("connect", function() s:write("bytes") bye() end)
    net.run()]],
  ["a listener of 'data'"] = [[s:on("data", function() s:write("bytes") bye() end) net.run()]],
  ["a tick"] = [[ready() net.nextTick(function() s:write("bytes") bye() end) net.run()]],
  ["a timer"] = [[ready() timers.setTimeout(function() s:write("bytes") bye() end, 1) net.run()]],
  ["an immediate"] = [[
    ready()
    timers.setImmediate(function() s:write("bytes") bye() end)
    net.run()]],
  ["a write callback"] = [[ready() s:write("by", function() s:write("tes") bye() end) net.run()]],
  ["a listener of another socket's 'close'"] = [[
    ready()
    connect(function() end):on("close", function() s:write("bytes") bye() end):destroy()
    net.run()]],
  ["a function that is told of a lookup"] = [[
    ready()
    net.connect({ port = 1, host = "x", lookup = function() s:write("bytes") bye() end })
    net.run()]],
  ["a listener of 'newListener'"] = [[
    ready()
    s:on("newListener", function() s:write("bytes") bye() end)
    timers.setTimeout(function() s:on("x", print) end, 1)
    net.run()]],
  ["a coroutine in a coroutine in a callback"] = [[
    ready()
    local function inner() s:write("bytes") bye() end
    timers.setTimeout(coroutine.wrap(function() coroutine.wrap(inner)() end), 1)
    net.run()]],
  ["a callback of net.run in a coroutine"] = [[
    ready()
    timers.setTimeout(function() s:write("bytes") bye() end, 1)
    coroutine.wrap(net.run)()]],
  ["a finalizer in a callback"] = [[
    ready()
    timers.setTimeout(function()
      setmetatable({}, { __gc = function() s:write("bytes") bye() end })
      collectgarbage()
    end, 1)
    net.run()]],
  ["the main chunk"] = [[ready() s:write("bytes") bye()]],
  ["a coroutine outside of net.run"] = [[
    ready()
    coroutine.wrap(function() s:write("bytes") bye() end)()]],
}

-- What `bye` is, and the exit code.
local ends = {
  ["os.exit(3)"] = { "function bye() os.exit(3) end", 3 },
  ["os.exit(3, true)"] = { "function bye() os.exit(3, true) end", 3 },
  ["an error"] = { "function bye() error('bye', 0) end", 1 },
}

describe("what was written before the end of the process leaves it:", function()
  after_each(within.clean)

  for how, bye in pairs(ends) do
    for place, code in pairs(places) do
      -- An error in a finalizer is a warning, and the program goes on.
      if how ~= "an error" or not place:find("finalizer") then
        it(how .. " in " .. place, function()
          local got, result = run(("local %s %s %s"):format(bye[1], HEAD, code))
          if how ~= "an error" then assert.equal("", result.err) end
          assert.equal(bye[2], result.code)
          assert.equal("bytes", got[1] ~= "" and got[1] or got[2])
        end)
      end
    end
  end

  local numbers = ""
  for i = 1, 3000 do numbers = numbers .. i .. ";" end

  -- What is written, once connected, before os.exit(0); and what arrives, a string a connection.
  local writings = {
    ["nothing but corked bytes"] = { [[s:cork() s:write("a") s:write("b")]], { "ab" } },
    ["corked bytes behind others"] = {
      [[s:write("a") s:cork() s:write("b") s:write("c")]], { "abc" },
    },
    ["bytes corked twice"] = {
      [[s:cork() s:cork() s:write("a") s:uncork() s:write("b")]], { "ab" },
    },
    ["many writes"] = { [[for i = 1, 3000 do s:write(i .. ";") end]], { numbers } },
    ["many corked writes"] = {
      [[s:cork() for i = 1, 3000 do s:write(i .. ";") end]], { numbers },
    },
    ["a large write between small ones"] = {
      [[s:write("a") s:write(("x"):rep(60000)) s:write("b")]], { "a" .. ("x"):rep(60000) .. "b" },
    },
    ["encoded bytes"] = { [[s:write("616263", "hex")]], { "abc" } },
    ["the last bytes of finish"] = { [[s:write("a") s:finish("b")]], { "ab" } },
    ["bytes behind others that were written by turns"] = {
      [[for i = 1, 3 do s:write("a" .. i) t:write("b" .. i) end]], { "a1a2a3", "b1b2b3" },
    },
    ["corked bytes of two sockets"] = {
      [[s:cork() t:write("b") t:cork() s:write("a") t:write("c")]], { "a", "bc" },
    },
  }
  for what, writing in pairs(writings) do
    it(what, function()
      for _, exit in ipairs({ "os.exit(0)", "os.exit(0, true)" }) do
        local two = writing[1]:find("t:", 1, true)
        local got, result = run(([[%s
          ready()
          local t = %s
          local other = false
          if t then
            t:on("data", function() other = true end)
            while not other do net.run("once") end
          end
          timers.setTimeout(function() %s %s end, 1)
          net.run()
        ]]):format(HEAD, two and "connect()" or "nil", writing[1], exit))
        assert.equal("", result.err)
        assert.equal(0, result.code)
        assert.same(writing[2], got)
      end
    end)
  end

  it("as much as the kernel takes, in order, and nothing behind it", function()
    local got, result = run(HEAD .. [[
      ready()
      timers.setTimeout(function()
        for i = 1, 100 do s:write(("%08d"):format(i):rep(12500)) end -- 10 MB
        s:write("the end")
        os.exit(0)
      end, 1)
      net.run()
    ]])
    assert.equal("", result.err)
    assert.is_true(#got[1] >= 12500)
    local expected = {}
    for i = 1, 100 do expected[i] = ("%08d"):format(i):rep(12500) end
    local all = table.concat(expected) .. "the end"
    assert.is_true(all:sub(1, #got[1]) == got[1])
  end)

  it("without a net.run after the write, at the end of the script", function()
    local got, result = run(HEAD .. [[ready() s:write("a") s:cork() s:write("b")]])
    assert.equal("", result.err)
    assert.same({ "ab" }, got)
  end)

  it("to a connection on a Unix socket", function()
    local chunks, closed = {}, false
    local server, path = serve.unix(function(socket)
      socket:on("data", function(bytes) chunks[#chunks + 1] = bytes end)
      socket:on("close", function() closed = true end)
    end)
    local program = child.program(([[
      local socket
      socket = require("lnet").connect(%q, function()
        socket:write("a")
        socket:cork()
        socket:write("b")
        os.exit(0)
      end)
      require("lnet").run()
    ]]):format(path))
    within.reached(20, function() return closed end)
    assert.equal("", program:wait().err)
    assert.equal("ab", table.concat(chunks))
    server:close()
    within(2)
  end)

  for _, exit in ipairs({ "os.exit(7)", "os.exit(7, true)" }) do
    it("once, where a forked child ends first: " .. exit, function()
      local got, result = run(([[%s
        local posix = package.loadlib(%q, "luaopen_fork")()
        ready()
        timers.setTimeout(function()
          s:write("a")
          s:write("b")
          s:cork()
          s:write("c")
          if posix.fork() == 0 then %s end
          if posix.wait() ~= 7 then print("not ended well") end
          os.exit(0)
        end, 1)
        net.run()
      ]]):format(HEAD, BUILT .. "/spec/fork.so", exit), NO_LEAKS)
      assert.equal("", result.err)
      assert.equal("", result.out)
      assert.same({ "abc" }, got)
    end)

    it("also by a forked child that runs the loop: " .. exit, function()
      local got, result = run(([[
        local net = require("lnet")
        local posix = package.loadlib(%q, "luaopen_fork")()
        if posix.fork() ~= 0 then -- as one that becomes a daemon
          if posix.wait() ~= 7 then print("not ended well") end
          os.exit(0)
        end
        local s = net.connect(tonumber(arg[1]), "127.0.0.1")
        s:on("data", function() s:write("a") s:cork() s:write("b") %s end)
        net.run()
      ]]):format(BUILT .. "/spec/fork.so", exit))
      assert.equal("", result.err)
      assert.equal("", result.out)
      assert.same({ "ab" }, got)
    end)
  end
end)

describe("os.exit(code, true)", function()
  it("ends the process behind net.stop, with timers and sockets under way", function()
    local result = programs.run([[
      timers.setInterval(function() end, 1000)
      timers.setImmediate(function() end)
      serve(function(peer)
        peer:on("close", function()
          net.stop()
          print("exit")
          os.exit(7, true)
        end)
        peer:destroy()
      end, function(port)
        for _ = 1, 5 do
          net.connect(port, "127.0.0.1"):on("error", function() end):resume()
        end
      end)
      net.run()
    ]])
    assert.equal("exit\n", result.out)
    assert.not_matches("runtime error", result.err) -- it may see what libuv cannot free now
    assert.is_true(result.code == 7 or result.err:find("LeakSanitizer", 1, true) ~= nil)
  end)

  it("ends the process in 'lookup' while other lookups have just ended", function()
    local result = programs.run([[
      for _ = 1, 6 do
        net.connect(1, "localhost"):on("error", function() end):on("lookup", function()
          print("exit")
          os.exit(7, true)
        end)
      end
      local start = os.clock()
      while os.clock() - start < 0.3 do end -- all six end meanwhile
      net.run()
    ]])
    assert.equal("exit\n", result.out)
    assert.equal(7, result.code)
  end)

  it("ends the process in 'close' while other sockets with writes are being closed", function()
    local result = programs.run([[
      local sockets = {}
      serve(function(peer) peer:pause():on("error", function() end) end, function(port)
        for i = 1, 5 do
          sockets[i] = net.connect(port, "127.0.0.1", function()
            sockets[i]:write(("x"):rep(20000000))
          end)
          sockets[i]:on("close", function()
            print("exit")
            os.exit(7, true)
          end)
        end
        timers.setTimeout(function()
          for _, socket in ipairs(sockets) do socket:destroy() end
        end, 100)
      end)
      net.run()
    ]])
    assert.equal("exit\n", result.out)
    assert.not_equal(124, result.code) -- a sanitizer may see what libuv cannot free now
  end)
end)
