--- How connections come in: one a turn of the loop, and none is lost.
local net = require("lnet")
local child = require("spec.support.child")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

local function ignore() end

local function connect(port)
  local socket = keep(net.connect(port, "127.0.0.1"))
  socket:on("error", ignore)
  socket:resume()
  return socket
end

describe("accepting", function()
  after_each(within.clean)

  it("goes on with other events between two connections, though each causes the next", function()
    local connections, seen = 0, nil
    local server, port
    server, port = serve.tcp(function(socket)
      connections = connections + 1
      socket:destroy()
      if connections == 1 then timers.setImmediate(function() seen = connections end) end
      if connections < 200 then connect(port) else server:close() end
    end)
    connect(port)
    within(5)
    assert.equal(200, connections)
    assert.equal(1, seen)
  end)

  it("leaves to the kernel what comes while the loop is halted, by net.stop or an error", function()
    local connections = 0
    local server, port
    server, port = serve.tcp(function(socket)
      connections = connections + 1
      socket:destroy()
      if connections == 2 then net.stop() end
      if connections == 3 then error("third", 0) end
      if connections == 6 then server:close() end
    end)
    local closed = 0
    for _ = 1, 6 do connect(port):on("close", function() closed = closed + 1 end) end
    net.run()
    assert.equal(2, connections)
    local ok, err = pcall(net.run)
    assert.is_false(ok)
    assert.matches("^third", err)
    assert.equal(3, connections)
    within(5)
    assert.equal(6, connections)
    assert.equal(6, closed)
  end)

  it("resets who was not accepted when the server closes", function()
    local connections, codes = 0, {}
    local server, port
    server, port = serve.tcp(function(socket)
      connections = connections + 1
      socket:destroy()
      server:close()
    end)
    for _ = 1, 3 do
      connect(port):on("error", function(err) codes[#codes + 1] = err.code end)
    end
    within(5)
    assert.equal(1, connections)
    assert.same({ "ECONNRESET", "ECONNRESET" }, codes)
  end)

  it("holds the loop while the server is referenced, and not otherwise", function()
    local server = serve.tcp()
    assert.is_true(net.run("nowait"))
    server:unref()
    within(2)
    server:ref()
    assert.is_true(net.run("nowait"))
    server:close()
    within(2)
    server:listen(0, "127.0.0.1")
    server:unref()
    within(2)
    server:ref()
    assert.is_true(net.run("nowait"))
    server:close()
    within(2)
  end)

  it("ends a connection for which there is no descriptor, and goes on when there is one", function()
    local program = temp.file([[
      local net = require("lnet")
      local setImmediate = require("lnet.timers").setImmediate
      local path = arg[1]
      local accepted, closed, clients = 0, 0, {}
      local server = net.createServer(function(socket)
        accepted = accepted + 1
        socket:on("error", function() end):resume()
      end)
      server:on("error", function(err) print(err) end)

      -- Calls fn once all connections were accepted or ended.
      local function settled(fn)
        if accepted + closed < #clients then return setImmediate(settled, fn) end
        fn()
      end

      local function again()
        print(closed > 0)
        for _, socket in ipairs(clients) do socket:destroy() end
        local before = accepted
        setImmediate(setImmediate, function()
          net.connect(path):resume()
          local function served()
            if accepted == before then return setImmediate(served) end
            print("served again")
            os.exit(0, false)
          end
          served()
        end)
      end

      server:listen(path, function()
        for i = 1, 40 do
          clients[i] = net.connect(path):on("error", function() end):resume()
          clients[i]:on("close", function() closed = closed + 1 end)
        end
        settled(again)
      end)
      net.run()
    ]])
    local ended = child.tool(("sh -c 'ulimit -n 30; exec env LUA_PATH_5_4=\"$1\" "
      .. "LUA_CPATH_5_4=\"$2\" LD_PRELOAD=\"$3\" lua5.4 %s %s' sh %s %s %s"):format(program,
      temp.path(), child.quote(package.path), child.quote(package.cpath),
      child.quote(os.getenv("LD_PRELOAD") or ""))):wait()
    assert.equal("", ended.err)
    assert.equal("true\nserved again\n", ended.out)
    assert.equal(0, ended.code)
  end)
end)
