--- The option `signal` of sockets and of listen.
local net = require("lnet")
local raised = require("spec.support.raised")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local AbortController, AbortSignal = net.AbortController, net.AbortSignal

local function ignore() end

local function listenersOf(signal)
  return signal:listenerCount("abort")
end

local NO_SIGNALS = { 1, "x", {}, print, false, AbortController(), net.Socket(), AbortSignal,
  { aborted = false } }

describe("the option signal of a socket", function()
  after_each(within.clean)

  local function assertAbortError(err, cause)
    assert.equal("AbortError", err.name)
    assert.equal("ABORT_ERR", err.code)
    assert.equal("The operation was aborted", err.message)
    assert.equal("AbortError: The operation was aborted", tostring(err))
    assert.equal(cause, err.cause)
  end

  it("destroys a connected socket", function()
    local server, port = serve.tcp(function(socket) socket:resume() end)
    local controller = AbortController()
    local events = trace.new()
    local socket = within.keep(net.connect({ port = port, host = "127.0.0.1",
      signal = controller.signal }))
    local failure
    socket:on("connect", function()
      controller:abort("why")
      events:add("aborted " .. tostring(socket.destroyed))
    end)
    socket:on("error", function(err)
      failure = err
      events:add("error")
    end)
    socket:on("close", function(hadError)
      events:add("close " .. tostring(hadError))
      server:close()
    end)
    within(5)
    assert.same({ "aborted true", "error", "close true" }, events.list)
    assertAbortError(failure, "why")
    assert.equal(0, listenersOf(controller.signal))
  end)

  it("destroys a socket that looks up, connects, or has done neither", function()
    local controller = AbortController()
    local failures, closes = {}, 0
    local sockets = {
      net.connect({ port = 1, host = "some.host", lookup = function() end,
        signal = controller.signal }),
      net.connect({ port = 1, host = "127.0.0.1", signal = controller.signal }),
      net.connect({ path = "/nowhere", signal = controller.signal }),
      net.Socket({ signal = controller.signal }),
    }
    for _, socket in ipairs(sockets) do
      within.keep(socket):on("error", function(err) failures[#failures + 1] = err end)
      socket:on("connect", function() error("connected") end)
      socket:on("close", function() closes = closes + 1 end)
    end
    assert.equal(#sockets, listenersOf(controller.signal))
    controller:abort()
    within(5)
    assert.equal(#sockets, #failures)
    assert.equal(#sockets, closes)
    for _, err in ipairs(failures) do assertAbortError(err, controller.signal.reason) end
    assert.equal(0, listenersOf(controller.signal))
  end)

  it("never connects when it was aborted before", function()
    local server, port = serve.tcp()
    local events = trace.new()
    events:watch(server, { "connection" })
    local signal = AbortSignal.abort("before")
    for _, make in ipairs({
      function() return net.connect({ port = port, host = "127.0.0.1", signal = signal }) end,
      function() return net.connect({ port = port, host = "localhost", signal = signal }) end,
      function() return net.Socket({ signal = signal }):connect(port, "127.0.0.1") end,
    }) do
      local socket = within.keep(make())
      assert.is_true(socket.destroyed)
      assert.is_false(socket.connecting)
      events:watch(socket, { "lookup", "connectionAttempt", "connect", "ready", "close" })
      socket:on("error", function(err)
        assertAbortError(err, "before")
        events:add("error")
      end)
    end
    local deadline = timers.setTimeout(function() server:close() end, 50)
    within(5)
    deadline:close()
    assert.same({ "error", "error", "error", "close", "close", "close" }, (function()
      table.sort(events.list, function(a, b) return a > b end)
      return events.list
    end)())
  end)

  it("ends each life of a socket that connects again in 'close'", function()
    local server, port = serve.tcp(function(socket) socket:on("error", ignore):resume() end)
    for lives = 1, 4 do
      local controller = AbortController()
      local socket = within.keep(net.connect({ port = port, host = "127.0.0.1",
        signal = controller.signal })):resume()
      local connects, closes, failure = 0, 0, nil
      socket:on("connect", function()
        connects = connects + 1
        assert.equal(1, listenersOf(controller.signal))
        if connects < lives then socket:destroy() else controller:abort() end
      end)
      socket:on("error", function(err) failure = err end)
      local function again()
        closes = closes + 1
        if closes < lives then socket:connect(port, "127.0.0.1"):resume() end
      end
      socket[lives % 2 == 0 and "on" or "prependListener"](socket, "close", again)
      within.reached(5, function() return closes == lives end)
      assertAbortError(failure, controller.signal.reason)
      assert.equal(lives, connects)
      assert.equal(0, listenersOf(controller.signal))
    end
    server:close()
    within(5)
  end)

  it("keeps a socket from connecting again", function()
    local server, port = serve.tcp(function(socket) socket:destroy() end)
    local controller = AbortController()
    local socket = within.keep(net.connect({ port = port, host = "127.0.0.1",
      signal = controller.signal })):resume()
    local errors, connects, closes = {}, 0, 0
    socket:on("error", function(err) errors[#errors + 1] = err end)
    socket:on("connect", function() connects = connects + 1 end)
    socket:on("close", function() closes = closes + 1 end)
    within.reached(5, function() return closes == 1 end)
    assert.equal(0, listenersOf(controller.signal))
    socket:connect(port, "127.0.0.1"):resume() -- as long as it was not aborted, it may
    assert.equal(1, listenersOf(controller.signal))
    within.reached(5, function() return closes == 2 end)
    assert.equal(2, connects)
    controller:abort()
    assert.same({}, errors)
    socket:connect(port, "127.0.0.1")
    within.reached(5, function() return closes == 3 end)
    socket:connect({ path = "/nowhere" })
    within.reached(5, function() return closes == 4 end)
    assert.equal(2, connects)
    assert.equal(2, #errors)
    assertAbortError(errors[1], controller.signal.reason)
    assert.equal(0, listenersOf(controller.signal))
    server:close()
    within(5)
  end)

  it("is forgotten when the socket closes", function()
    local server, port = serve.tcp(function(socket) socket:destroy() end)
    local controller = AbortController()
    local closed = 0
    for _ = 1, 20 do
      local socket = within.keep(net.connect({ port = port, host = "127.0.0.1",
        signal = controller.signal })):resume()
      socket:on("close", function() closed = closed + 1 end)
    end
    within.keep(net.Socket({ signal = controller.signal })):destroy()
    within.reached(5, function() return closed == 20 end)
    within.run(1, "nowait")
    assert.equal(0, listenersOf(controller.signal))
    controller:abort()
    server:close()
    within(5)
  end)

  it("lets the socket be collected after its end", function()
    local controller = AbortController()
    local weak = setmetatable({}, { __mode = "v" })
    weak[1] = net.Socket({ signal = controller.signal })
    weak[1]:destroy()
    within(2)
    collectgarbage()
    collectgarbage()
    assert.is_nil(weak[1])
    assert.equal(0, listenersOf(controller.signal))
  end)

  it("aborts after a time", function()
    local server, port = serve.tcp(function(socket) socket:resume() end)
    local socket = within.keep(net.connect({ port = port, host = "127.0.0.1",
      signal = AbortSignal.timeout(20) }))
    collectgarbage()
    local failure
    socket:on("error", function(err) failure = err end)
    socket:on("close", function() server:close() end)
    within(5)
    assert.equal("TimeoutError", failure.cause.name)
  end)

  it("is a signal, or an error at the caller's line that has changed nothing", function()
    local controller = AbortController()
    for _, value in ipairs(NO_SIGNALS) do
      for _, make in ipairs({ net.Socket, net.connect }) do
        local err = raised("ERR_INVALID_ARG_TYPE", function()
          make({ port = 1, host = "127.0.0.1", signal = value })
        end)
        assert.truthy(err.message:find(
          'The "signal" argument must be an instance of AbortSignal. Received ', 1, true))
        assert.truthy(err.stack:find("signal_option_spec.lua", 1, true))
      end
    end
    raised("ERR_SOCKET_BAD_PORT", net.connect, { port = 70000, signal = controller.signal })
    raised("ERR_MISSING_ARGS", net.connect, { signal = controller.signal })
    raised("ERR_INVALID_FD_TYPE", net.Socket, { fd = 99999, signal = controller.signal })
    assert.equal(0, listenersOf(controller.signal))
  end)
end)

describe("the option signal of server:listen", function()
  after_each(within.clean)

  it("closes the server", function()
    local controller = AbortController()
    local server = within.keep(net.createServer())
    local events = trace.new()
    events:watch(server, { "listening", "close", "error" })
    server:listen({ port = 0, host = "127.0.0.1", signal = controller.signal }, function()
      controller:abort()
      events:add("aborted " .. tostring(server.listening))
    end)
    within(5)
    assert.same({ "listening", "aborted false", "close" }, events.list)
    assert.equal(0, listenersOf(controller.signal))
  end)

  it("closes it at once when it was aborted before", function()
    local server = within.keep(net.createServer())
    local events = trace.new()
    events:watch(server, { "listening", "close", "error" })
    server:listen({ port = 0, signal = AbortSignal.abort() })
    within(5)
    assert.same({ "close" }, events.list)
  end)

  it("is forgotten when the server closes", function()
    local controller = AbortController()
    local server = within.keep(net.createServer())
    for _ = 1, 3 do
      server:listen({ port = 0, host = "127.0.0.1", signal = controller.signal })
      assert.equal(1, listenersOf(controller.signal))
      within.reached(5, function() return server.listening end)
      server:close()
      within(5)
      assert.equal(0, listenersOf(controller.signal))
      assert.equal(0, server:listenerCount("close"))
    end
    server:listen({ port = 0, host = "127.0.0.1" })
    within.reached(5, function() return server.listening end)
    controller:abort()
    assert.is_true(server.listening)
    server:close()
    within(5)
  end)

  it("is heard once by a server that failed to listen and tried again", function()
    local controller = AbortController()
    local first, port = serve.tcp()
    local server = within.keep(net.createServer())
    local failures, closes = 0, 0
    server:on("error", function() failures = failures + 1 end)
    server:on("close", function() closes = closes + 1 end)
    for _ = 1, 3 do
      server:listen({ port = port, host = "127.0.0.1", signal = controller.signal })
      local before = failures
      within.reached(5, function() return failures == before + 1 end)
    end
    assert.equal(1, listenersOf(controller.signal))
    server:listen({ port = 0, host = "127.0.0.1", signal = controller.signal })
    within.reached(5, function() return server.listening end)
    controller:abort()
    first:close()
    within(5)
    assert.equal(1, closes)
  end)

  it("is a signal, or an error at the caller's line that has changed nothing", function()
    local controller = AbortController()
    for _, value in ipairs(NO_SIGNALS) do
      local server = net.createServer()
      local err = raised("ERR_INVALID_ARG_TYPE", function()
        server:listen({ port = 0, signal = value }, function() end)
      end)
      assert.truthy(err.message:find(
        'The "options.signal" property must be an instance of AbortSignal. Received ', 1, true))
      assert.truthy(err.stack:find("signal_option_spec.lua", 1, true))
      assert.equal(0, server:listenerCount("listening"))
      assert.is_false(server.listening)
    end
    local server = net.createServer()
    raised("ERR_SOCKET_BAD_PORT", server.listen, server,
      { port = 70000, signal = controller.signal })
    raised("ERR_INVALID_ARG_VALUE", server.listen, server, { signal = controller.signal })
    assert.equal(0, listenersOf(controller.signal))
  end)
end)
