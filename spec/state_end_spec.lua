--- What lua_close does to sockets, servers and timers in any state, and to finalizers that run
-- after it.
local child = require("spec.support.child")

-- Runs a Lua program that must end well and print just `out`.
local function runs(source, out)
  local result = child.program(source):wait()
  assert.equal("", result.err)
  assert.equal(out, result.out)
  assert.equal(0, result.code)
end

describe("the end of a Lua state", function()
  it("with a thousand live connections frees them, and calls no Lua function", function()
    runs([[
      local net = require("lnet")
      local open, ending = 0, false
      local function fail(what)
        return function()
          if ending then io.write(what, " at the end\n") end
        end
      end
      local function watch(socket)
        for _, name in ipairs({ "data", "end", "error", "close", "finish", "drain", "timeout" }) do
          socket:on(name, fail(name))
        end
        socket:write("x", function(err) if ending then io.write("write callback\n") end end)
        socket:setTimeout(60000)
      end
      local server = net.createServer(function(socket)
        open = open + 1
        watch(socket)
        if open == 500 then net.stop() end
      end)
      server:on("close", fail("server close"))
      server:listen(0, "127.0.0.1", 511, function()
        for _ = 1, 500 do
          watch(net.connect(server:address().port, "127.0.0.1"))
        end
      end)
      net.run()
      io.write(open, "\n")
      ending = true
      os.exit(0, true)
    ]], "500\n")
  end)

  it("inside 'close' frees what a socket had beside it", function()
    runs([[
      local net = require("lnet")
      local closed, server = 0, nil
      server = net.createServer(function(socket)
        socket:setEncoding("utf8")
        socket:resume()
        socket:on("close", function()
          closed = closed + 1
          if closed < 5 then return end
          io.write(closed, "\n")
          os.exit(0, true)
        end)
      end)
      server:listen(0, "127.0.0.1", function()
        for _ = 1, 5 do -- paused: they are not closed in the same round of the loop
          net.connect(server:address().port, "127.0.0.1"):on("error", print):pause():finish()
        end
      end)
      net.run()
    ]], "5\n")
  end)

  it("frees it also where a finalizer closes sockets and runs the loop", function()
    runs([[
      local net = require("lnet")
      local sockets, server = {}, nil
      server = net.createServer(function(socket)
        socket:on("data", print)
        socket:cork()
        socket:write("abc")
        socket:setEncoding("utf8")
        sockets[#sockets + 1] = socket
        if #sockets == 10 then net.stop() end
      end)
      server:listen(0, "127.0.0.1", function()
        for _ = 1, 10 do
          net.connect(server:address().port, "127.0.0.1"):on("error", print):on("data", print)
        end
      end)
      net.run()
      Kept = setmetatable(sockets, { __gc = function()
        for _, socket in ipairs(sockets) do socket:destroy() end
        for _ = 1, 2 do net.run("nowait") end
        io.write(tostring(sockets[1].closed), "\n")
        for _, socket in ipairs(sockets) do socket:cork() end
      end })
    ]], "true\n")
  end)

  it("is clean in every state of a socket, a server and a timer", function()
    runs([[
      local net = require("lnet")
      local timers = require("lnet.timers")
      local function never() io.write("called\n") end
      local keep = {}
      keep[1] = net.Socket()
      keep[2] = net.connect({ port = 1, host = "localhost" }, never)
      keep[3] = net.connect(1, "127.0.0.1", never)
      keep[4] = net.connect("/nonexistent/lnet.sock", never)
      keep[5] = net.connect(1, "127.0.0.1"):destroy()
      keep[6] = net.createServer(never)
      keep[7] = net.createServer(never):listen(0, never)
      keep[8] = net.createServer(never):listen(0, "localhost", never)
      keep[9] = net.createServer(never):listen(0, never):close(never)
      keep[10] = net.connect(1, "127.0.0.1")
      keep[10]:write("x", never)
      keep[10]:finish(never)
      timers.setTimeout(never, 0)
      timers.setInterval(never, 1)
      timers.setImmediate(never)
      net.nextTick(never)
      io.write("done\n")
    ]], "done\n")
  end)

  it("is clean with much waiting to be written, and with pipes", function()
    runs([[
      local net = require("lnet")
      local function never() io.write("called\n") end
      local server = net.createServer(function(socket)
        socket:pause()
        socket:on("close", never)
      end)
      server:listen(0, "127.0.0.1", function()
        local a = net.connect(server:address().port, "127.0.0.1")
        local b = net.connect(server:address().port, "127.0.0.1")
        a:pipe(b)
        b:pipe(a)
        a:on("connect", function()
          a:write(("x"):rep(20000000), never)
          a:finish("y", never)
          a:on("close", never)
          require("lnet.timers").setTimeout(net.stop, 50)
        end)
      end)
      net.run()
      io.write("done\n")
    ]], "done\n")
  end)

  for _, how in ipairs({ "end", "exit", "error" }) do
    it("leaves objects that a later finalizer can use: how it ends: " .. how, function()
      local result = child.lua("spec/support/late_finalizer.lua " .. how):wait()
      assert.equal("", result.err)
      assert.equal("false the loop of this state is closed\nused\n", result.out)
      assert.equal(0, result.code)
    end)
  end

  it("is clean while an error is on its way out of net.run", function()
    local result = child.program([[
      local net = require("lnet")
      net.createServer():listen(0, function() error({ message = "out" }) end)
      local ok, err = pcall(net.run)
      io.write(err.message, "\n")
    ]]):wait()
    assert.equal("", result.err)
    assert.equal("out\n", result.out)
    assert.equal(0, result.code)
  end)
end)
