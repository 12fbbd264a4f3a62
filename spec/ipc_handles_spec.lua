--- Connections and servers that are passed from process to process.
local ipc = require("lnet.ipc")
local net = require("lnet")
local pattern = require("spec.support.pattern")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local fork, keep = processes.fork, within.keep

local SECONDS = 15 -- starting Lua takes a moment; more is a hang

-- Sends back each message.
local ECHO = [[ parent:on("message", function(message) parent:send(message) end) ]]

-- Collects what comes on a socket; `ended` once the other side has finished.
local function collect(socket)
  local got = { pieces = {}, ended = false, closed = false }
  socket:on("data", function(bytes) got.pieces[#got.pieces + 1] = bytes end)
  socket:on("end", function() got.ended = true end)
  socket:on("close", function() got.closed = true end)
  function got.text() return table.concat(got.pieces) end
  return got
end

local function connect(at)
  local target = type(at) == "string" and { path = at } or { port = at, host = "127.0.0.1" }
  return keep(net.connect(target))
end

local function closed(socket)
  return function() return socket.destroyed end
end

for kind, start in pairs({ TCP = serve.tcp, Unix = serve.unix }) do
  describe("a connection over " .. kind .. " that is passed on", function()
    after_each(within.clean)
    after_each(processes.clean)

    it("loses no byte when it was paused, and is the child's alone", function()
      local size = 4 << 20
      local subprocess = fork([[
        parent:once("message", function(message, socket)
          socket:pipe(socket)
          parent:send(message)
        end)
      ]])
      local passed
      local server, at = start({ pauseOnConnect = true }, function(socket)
        require("lnet.timers").setTimeout(function() -- some bytes are here already
          passed = socket
          subprocess:send("yours", socket)
        end, 50)
      end)
      local client, check = connect(at), pattern.check()
      client:on("data", check.add)
      client:finish(pattern.bytes(0, size))
      within.reached(SECONDS, closed(client))
      assert.same({ size, nil }, { check.length, check.wrongAt })
      assert.equal(0, passed.bytesRead)
      assert.is_nil(passed.fd)
      assert.is_false(passed.destroyed)
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("stays with its message, in order, among others", function()
      local subprocess = fork([[
        local n = 0
        parent:on("message", function(message, socket)
          n = n + 1
          assert(message.n == n and (socket ~= nil) == message.with, "order")
          if socket then socket:finish(tostring(message.id)) socket:resume() end
          if message.last then parent:disconnect() end
        end)
      ]])
      local sent, n, clients = 0, 0, {}
      local count = 30
      local server, at = start({ pauseOnConnect = true }, function(socket)
        socket:once("data", function(id)
          socket:pause()
          n = n + 1
          subprocess:send({ n = n, with = true, id = id }, socket)
          n = n + 1
          sent = sent + 1
          subprocess:send({ n = n, with = false, last = sent == count })
        end)
        socket:resume()
      end)
      for i = 1, count do
        local socket = connect(at)
        clients[i] = collect(socket)
        socket:write(tostring(i))
      end
      within.reached(SECONDS, function()
        for i = 1, count do
          if not clients[i].closed then return false end
        end
        return true
      end)
      for i = 1, count do assert.equal(tostring(i), clients[i].text()) end
      server:close()
      processes.closed(subprocess)
      assert.equal(0, subprocess.exitCode)
      within(SECONDS)
    end)

    it("has sent its FIN if it was finished before it is sent", function()
      local subprocess = fork([[
        local held
        parent:on("message", function(message, socket)
          held = socket or held
          held.allowHalfOpen = true
          if message == "enough" then parent:disconnect() held:destroy() end
        end)
      ]])
      local server, at = start({ allowHalfOpen = true }, function(accepted)
        accepted:resume()
        accepted:once("end", function()
          accepted:finish()
          subprocess:send("yours", accepted)
        end)
      end)
      local client = connect(at)
      local got = collect(client)
      client:finish()
      within.reached(SECONDS, function() return got.ended end)
      subprocess:send("enough")
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("is open in both processes with keepOpen", function()
      local subprocess = fork([[
        parent:once("message", function(_, socket)
          socket:write("child ")
          parent:once("message", function() socket:destroy() end)
          parent:send("written")
        end)
      ]])
      local socket
      local server, at = start({ pauseOnConnect = true }, function(accepted) socket = accepted end)
      local client = connect(at)
      local got = collect(client)
      within.reached(SECONDS, function() return socket ~= nil end)
      subprocess:send("also yours", socket, { keepOpen = true })
      processes.message(subprocess)
      assert.is_truthy(socket.fd)
      socket:resume()
      socket:finish("parent")
      subprocess:send("done")
      within.reached(SECONDS, function() return got.closed end)
      assert.equal("child parent", got.text())
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("is no more there to send: the message goes alone", function()
      local subprocess = fork([[
        local kinds = {}
        parent:on("message", function(message, socket)
          kinds[#kinds + 1] = message .. (socket and "+" or "-")
          if socket then socket:destroy() end
          if #kinds == 3 then parent:send(kinds) parent:disconnect() end
        end)
      ]])
      local server, at = start({ pauseOnConnect = true }, function(socket)
        subprocess:send("first", socket)
        subprocess:send("second", socket)
        subprocess:send("third", keep(net.Socket()))
      end)
      connect(at):resume()
      assert.same({ "first+", "second-", "third-" }, (processes.message(subprocess)))
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("answers ERR_SOCKET_CLOSED to writes here, and can be destroyed", function()
      local subprocess = fork([[
        parent:once("message", function(_, socket)
          socket:finish("x")
          socket:resume()
        end)
      ]])
      local events, socket = trace.new(), nil
      local server, at = start({ pauseOnConnect = true }, function(accepted)
        socket = accepted
        subprocess:send("yours", socket)
        events:watch(socket, { "error", "close", "end", "finish" })
      end)
      local got = collect(connect(at))
      within.reached(SECONDS, function() return got.closed end)
      assert.same({}, events.list)
      assert.is_false(socket:write("late"))
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
      assert.same({ "error", "close" }, events.list)
      assert.equal("ERR_SOCKET_CLOSED", socket.errored.code)
    end)

    it("is counted by its server: getConnections asks, 'close' waits", function()
      local subprocess = fork([[
        local sockets = {}
        parent:on("message", function(message, socket)
          if socket then
            sockets[#sockets + 1] = socket
            parent:send("have " .. #sockets)
          else
            table.remove(sockets):destroy():once("close", function() parent:send("dropped") end)
          end
        end)
      ]])
      local accepted, events = {}, trace.new()
      local server, at = start({ pauseOnConnect = true }, function(socket)
        accepted[#accepted + 1] = socket
      end)
      events:watch(server, { "close" })
      for _ = 1, 3 do connect(at):resume() end
      within.reached(SECONDS, function() return #accepted == 3 end)
      assert.equal(3, server.connections)
      subprocess:send("1", accepted[1])
      assert.is_nil(server.connections)
      processes.message(subprocess)
      subprocess:send("2", accepted[2])
      processes.message(subprocess)
      local function connections()
        local count, failed
        server:getConnections(function(err, value) failed, count = err, value end)
        within.reached(SECONDS, function() return count ~= nil or failed ~= nil end)
        return failed or count
      end
      assert.equal(3, connections())
      accepted[3]:destroy()
      assert.equal(2, connections())
      server:close()
      subprocess:send("drop one")
      processes.message(subprocess)
      assert.equal(1, connections())
      assert.same({}, events.list)
      subprocess:send("drop one")
      processes.message(subprocess)
      within.reached(SECONDS, function() return #events.list > 0 end)
      assert.same({ "close" }, events.list)
      subprocess:disconnect()
      processes.closed(subprocess)
      within(SECONDS)
      assert.same({ "close" }, events.list)
    end)

    it("lets its server close when the child that has it is killed", function()
      local subprocess = fork([[ parent:on("message", function() parent:send("have") end) ]])
      local closes = 0
      local server, at = start({ pauseOnConnect = true }, function(socket)
        subprocess:send("yours", socket)
      end)
      local client = connect(at)
      client:on("error", function() end)
      client:resume()
      processes.message(subprocess)
      server:close(function() closes = closes + 1 end)
      subprocess:kill("SIGKILL")
      processes.closed(subprocess)
      within(SECONDS)
      assert.equal(1, closes)
      local count
      server:getConnections(function(_, value) count = value end)
      within(SECONDS)
      assert.equal(0, count)
    end)

    it("comes back from the child", function()
      local subprocess = fork([[
        parent:on("message", function(message, socket)
          socket:write("child ")
          parent:send(message, socket)
          parent:disconnect()
        end)
      ]])
      local server, at = start({ pauseOnConnect = true }, function(socket)
        subprocess:send("there and back", socket)
      end)
      local got = collect(connect(at))
      local message, socket = processes.message(subprocess)
      assert.equal("there and back", message)
      keep(socket):finish("parent")
      socket:resume()
      within.reached(SECONDS, function() return got.closed end)
      assert.equal("child parent", got.text())
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)
  end)

  describe("a server over " .. kind .. " that is passed on", function()
    after_each(within.clean)
    after_each(processes.clean)

    it("listens in both processes, on one socket", function()
      local subprocess = fork([[
        parent:once("message", function(message, server)
          assert(message == "listen too" and server.listening)
          server:on("connection", function(socket)
            socket:finish("child")
            socket:resume()
          end)
          parent:send(server:address() or false)
          parent:once("message", function()
            server:close()
            parent:disconnect()
          end)
        end)
      ]])
      local server, at = start(function(socket)
        socket:finish("parent")
        socket:resume()
      end)
      subprocess:send("listen too", server)
      local address = processes.message(subprocess)
      if type(at) == "number" then assert.same(server:address(), address) end
      local from = {}
      for i = 1, 200 do
        local got = collect(connect(at))
        net.run("once")
        if i % 2 == 0 then os.execute("sleep 0.05") end -- who accepts while this process sleeps?
        within.reached(SECONDS, function() return got.closed end)
        from[got.text()] = true
        if from.child and from.parent then break end
      end
      assert.same({ child = true, parent = true }, from)
      server:close()
      subprocess:send("end")
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("goes on in the child when it is closed here", function()
      local subprocess = fork([[
        parent:once("message", function(_, server)
          server:once("connection", function(socket)
            socket:finish("child alone")
            socket:resume()
            server:close()
          end)
          parent:send("ready")
        end)
      ]])
      local server, at = start()
      if type(at) == "string" then os.rename(at, at .. ".kept") end -- close would remove it
      subprocess:send("yours", server)
      processes.message(subprocess)
      server:close()
      local got = collect(connect(type(at) == "string" and at .. ".kept" or at))
      within.reached(SECONDS, function() return got.closed end)
      assert.equal("child alone", got.text())
      processes.closed(subprocess)
      within(SECONDS)
      if type(at) == "string" then os.remove(at .. ".kept") end
    end)
  end)
end

describe("descriptors", function()
  after_each(within.clean)
  after_each(processes.clean)

  -- What `act` leaves open, once all it started has ended.
  local function leaked(act)
    act() -- what is opened once stays
    within(SECONDS)
    local before = processes.descriptors()
    for _ = 1, 3 do
      act()
      within(SECONDS)
    end
    return processes.descriptors() - before
  end

  it("are as many after forks as before", function()
    assert.equal(0, leaked(function()
      processes.closed(fork([[ parent:send("x") parent:disconnect() ]]))
      local killed = fork(ECHO)
      killed:kill("SIGKILL")
      processes.closed(killed)
      local missing = processes.keep(ipc.fork("x", {}, { execPath = "/nonexistent" }))
      missing:on("error", function() end)
      processes.closed(missing)
    end))
  end)

  it("are as many after passing sockets and servers as before, in both processes", function()
    assert.equal(0, leaked(function()
      local subprocess = fork([[
        local lfs = require("lfs")
        local function descriptors()
          local count = 0
          for name in lfs.dir("/proc/self/fd") do
            if name:find("^%d") then count = count + 1 end
          end
          return count
        end
        local before = descriptors()
        parent:on("message", function(message, handle)
          if message == "socket" then handle:destroy() end
          if message == "server" then handle:close() end
          if message == "end" then
            timers.setImmediate(function()
              parent:send(descriptors() - before)
              parent:disconnect()
            end)
          end
        end)
      ]])
      local done = 0
      local server, port = serve.tcp({ pauseOnConnect = true }, function(socket)
        subprocess:send("socket", socket)
        done = done + 1
      end)
      for _ = 1, 20 do connect(port):resume() end
      within.reached(SECONDS, function() return done == 20 end)
      for _ = 1, 20 do subprocess:send("server", server) end
      subprocess:send("end")
      assert.equal(0, (processes.message(subprocess)))
      server:close()
      processes.closed(subprocess)
    end))
  end)

  it("are closed when the child dies before it got what was passed", function()
    assert.equal(0, leaked(function()
      local subprocess = fork([[
        parent:send("up")
        while true do end
      ]])
      processes.message(subprocess)
      local sockets, errors = 0, 0
      local server, port = serve.tcp({ pauseOnConnect = true }, function(socket)
        sockets = sockets + 1
        subprocess:send("never read", socket, function(err)
          if not err then return end
          errors = errors + 1
          socket:destroy() -- it has not left
        end)
      end)
      local clients = {}
      for i = 1, 10 do
        clients[i] = connect(port)
        clients[i]:on("error", function() end)
        clients[i]:resume()
      end
      within.reached(SECONDS, function() return sockets == 10 end)
      subprocess:kill("SIGKILL")
      processes.closed(subprocess)
      within.reached(SECONDS, function() return errors == 9 end) -- the first had left
      for _, client in ipairs(clients) do client:destroy() end
      server:close()
    end))
  end)
end)
