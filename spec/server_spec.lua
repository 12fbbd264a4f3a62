local net = require("lnet")
local serve = require("spec.support.serve")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local function ignore() end

-- A client of the server at `port`, open and reading.
local function client(port)
  local socket = keep(net.connect(port, "127.0.0.1"))
  socket:resume()
  return socket
end

describe("a server", function()
  after_each(within.clean)

  it("that was just made listens nowhere and has no connections", function()
    local server = net.createServer()
    assert.is_false(server.listening)
    assert.is_nil(server:address())
    assert.is_nil(server.maxConnections)
    assert.is_nil(server.fd)
    assert.equal(0, server.connections)
  end)

  it("keeps the user's fields", function()
    local server, key = net.createServer(), {}
    server.name = "a"
    server[key] = 1
    server[1] = false
    assert.equal("a", server.name)
    assert.equal(1, server[key])
    assert.is_false(server[1])
    assert.is_nil(server.noSuchField)
    server.name = nil
    assert.is_nil(server.name)
  end)

  it("refuses assignment to a property that it keeps itself", function()
    local server = net.createServer()
    for _, name in ipairs({ "listening", "connections" }) do
      local before = server[name]
      local ok, err = pcall(function() server[name] = 77 end)
      assert.is_false(ok)
      assert.equal(("Cannot set property %s of #<Server> which has only a getter"):format(name),
        err.message)
      assert.equal(before, server[name])
    end
  end)

  it("answers itself from listen, close, ref and unref", function()
    local server = keep(net.createServer())
    assert.equal(server, server:unref())
    assert.equal(server, server:ref())
    assert.equal(server, server:listen(0))
    assert.equal(server, server:close())
    within(2)
  end)
end)

describe("a server's close", function()
  after_each(within.clean)

  it("stops it; the callback gets no error and comes with 'close'", function()
    local server, port = serve.tcp()
    local log = trace.new()
    server:on("close", function(...)
      log:add("close")
      assert.equal(0, select("#", ...))
    end)
    server:close(function(err)
      assert.is_nil(err)
      log:add("callback")
    end)
    assert.is_false(server.listening)
    assert.is_nil(server:address())
    within(2)
    assert.same({ "close", "callback" }, log.list)
    local refused
    keep(net.connect(port, "127.0.0.1")):on("error", function(err) refused = err.code end)
    within(2)
    assert.equal("ECONNREFUSED", refused)
  end)

  it("waits with 'close' until the last connection has ended, and takes no new one", function()
    local server, port = serve.tcp()
    local log, accepted = trace.new(), nil
    server:on("connection", function(socket) accepted = socket end)
    local first = client(port)
    within.reached(2, function() return accepted ~= nil end)
    log:watch(server, { "close" })
    accepted:resume()
    accepted:on("close", log:adder("connection closed"))
    server:close()
    local late = keep(net.connect(port, "127.0.0.1"))
    late:on("error", function(err)
      log:add(err.code)
      first:finish()
    end)
    within(2)
    assert.same({ "ECONNREFUSED", "close", "connection closed" }, log.list)
  end)

  it("of a server that does not listen gives the callback ERR_SERVER_NOT_RUNNING", function()
    local server = keep(net.createServer())
    local errors = {}
    server:close(function(err) errors[#errors + 1] = err end)
    within(2)
    assert.equal(1, #errors)
    assert.equal("ERR_SERVER_NOT_RUNNING", errors[1].code)
    assert.equal("Server is not running.", errors[1].message)
    assert.equal("Error", errors[1].name)
  end)

  it("called twice gives the second callback ERR_SERVER_NOT_RUNNING", function()
    local server = serve.tcp()
    local log = trace.new()
    server:close(function(err) log:add("first " .. tostring(err)) end)
    server:close(function(err) log:add("second " .. err.code) end)
    within(2)
    assert.same({ "first nil", "second ERR_SERVER_NOT_RUNNING" }, log.list)
  end)

  it("right after listen keeps 'listening' from coming", function()
    local server, log = keep(net.createServer()), trace.new()
    log:watch(server, { "listening", "close", "error" })
    server:listen(0)
    server:close()
    within(2)
    assert.same({ "close" }, log.list)
  end)

  it("does not touch the open connections", function()
    local server, port = serve.tcp(function(socket) socket:pipe(socket) end)
    local received = {}
    local socket = keep(net.connect(port, "127.0.0.1"))
    socket:on("data", function(bytes)
      received[#received + 1] = bytes
      socket:finish()
    end)
    within.reached(2, function() return server.connections == 1 end)
    server:close()
    socket:write("still here")
    within(2)
    assert.equal("still here", table.concat(received))
  end)

  it("may be called in 'listening', in 'connection' and in 'close'", function()
    local server = keep(net.createServer())
    local closes = 0
    server:on("close", function()
      closes = closes + 1
      if closes == 1 then server:close(ignore) end
    end)
    server:listen(0, "127.0.0.1", function() client(server:address().port) end)
    server:on("connection", function(socket)
      socket:destroy()
      server:close()
    end)
    within(2)
    assert.is_true(closes >= 1)
    assert.is_false(server.listening)
  end)

  it("comes at the end of the block of a <close> variable", function()
    local closes = 0
    do
      local server <close> = serve.tcp()
      server:on("close", function() closes = closes + 1 end)
    end
    within(2)
    assert.equal(1, closes)
    do
      local never <close> = net.createServer() -- luacheck: ignore
    end
    within(2)
  end)
end)

describe("a server's unref", function()
  after_each(within.clean)

  it("lets the loop end while it listens, ref holds it again", function()
    local server = serve.tcp()
    server:unref():unref()
    within(2)
    assert.is_true(server.listening)
    server:ref():ref()
    assert.is_true(net.run("nowait"))
    server:unref()
    assert.is_false(net.run("nowait"))
    server:close()
    within(2)
  end)

  it("before listen holds for the listening server", function()
    local server = keep(net.createServer())
    server:unref()
    server:listen(0)
    within(2)
    assert.is_true(server.listening)
    server:close()
    within(2)
  end)

  it("still accepts while something else holds the loop", function()
    local accepted = 0
    local server, port = serve.tcp(function(socket)
      accepted = accepted + 1
      socket:destroy()
    end)
    server:unref()
    client(port)
    within(2)
    assert.equal(1, accepted)
    server:close()
    within(2)
  end)
end)
