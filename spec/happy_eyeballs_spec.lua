-- autoSelectFamily: a name with several addresses is tried address by address.
local child = require("spec.support.child")
local net = require("lnet")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

local ATTEMPT = 50 -- milliseconds for one address

-- A lookup that answers with these addresses.
local function lookup(...)
  local list = {}
  for _, address in ipairs({ ... }) do
    list[#list + 1] = { address = address, family = address:find(":") and 6 or 4 }
  end
  return function(_, options, callback)
    assert.is_true(options.all)
    callback(nil, list)
  end
end

-- Connects, and notes the events of the attempts with their addresses.
local function connect(options)
  local log = {}
  local socket = keep(net.connect(options))
  for _, event in ipairs({
    "connectionAttempt", "connectionAttemptFailed", "connectionAttemptTimeout",
  }) do
    socket:on(event, function(address, port, family)
      assert.equal(options.port, port)
      assert.equal(address:find(":") and 6 or 4, family)
      log[#log + 1] = event .. " " .. address
    end)
  end
  for _, event in ipairs({ "connect", "close" }) do
    socket:on(event, function() log[#log + 1] = event end)
  end
  return socket, log
end

-- A port of the loopback that never answers: its queue is full and nobody accepts. The address is
-- that of a server in a process that does not run its loop.
local function silentPort(address)
  local process = child.program(([[
    local net = require("lnet")
    local server = net.createServer()
    server:listen({ port = 0, backlog = 1 })
    io.write(server:address().port, "\n")
    io.flush()
    os.execute("sleep 20")
  ]]), nil)
  local port
  local poll = timers.setInterval(function()
    port = port or tonumber((temp.read(process.out) or ""):match("^(%d+)\n"))
  end, 10)
  within.reached(10, function() return port ~= nil end)
  poll:close()
  local fillers = {}
  for i = 1, 4 do fillers[i] = keep(net.connect(port, address)):on("error", function() end) end
  local filled = false
  timers.setTimeout(function() filled = true end, 200)
  within.reached(10, function() return filled end)
  return port, function()
    for _, socket in ipairs(fillers) do socket:destroy() end
    process:stop()
  end
end

describe("autoSelectFamily", function()
  after_each(within.clean)

  it("goes on to the next address when one refuses", function()
    local server, port = serve.tcp(function(socket) socket:finish() end)
    local socket, log = connect({ port = port, lookup = lookup("::1", "127.0.0.1") })
    socket:resume()
    socket:on("close", function() server:close() end)
    within(5)
    assert.same({
      "connectionAttempt ::1", "connectionAttemptFailed ::1", "connectionAttempt 127.0.0.1",
      "connect", "close",
    }, log)
    assert.same({ "::1:" .. port, "127.0.0.1:" .. port },
      socket.autoSelectFamilyAttemptedAddresses)
  end)

  it("goes on to the next address when one does not answer in time", function()
    local port, stop = silentPort("127.0.0.1")
    local codes = {}
    local socket, log = connect({
      port = port,
      autoSelectFamilyAttemptTimeout = ATTEMPT,
      lookup = lookup("127.0.0.1", "127.0.0.2", "127.0.0.3"),
    })
    socket:on("error", function(err) codes[#codes + 1] = err.code or err.name end)
    local attempts = 0
    socket:on("connectionAttempt", function(address)
      attempts = attempts + 1
      if address == "127.0.0.3" then socket:destroy() end
    end)
    within.reached(5, function() return log[#log] == "close" end)
    assert.same({
      "connectionAttempt 127.0.0.1", "connectionAttemptTimeout 127.0.0.1",
      "connectionAttempt 127.0.0.2", "connectionAttemptTimeout 127.0.0.2",
      "connectionAttempt 127.0.0.3", "close",
    }, log)
    assert.same({}, codes)
    stop()
  end)

  it("fails an attempt in flight when the socket is destroyed, before 'close'", function()
    local port, stop = silentPort("127.0.0.1")
    local failure
    local socket, log = connect({ port = port, lookup = lookup("127.0.0.1", "127.0.0.2") })
    socket:on("connectionAttempt", function() timers.setTimeout(socket.destroy, 10, socket) end)
    socket:on("connectionAttemptFailed", function(_, _, _, err) failure = err end)
    within.reached(5, function() return log[#log] == "close" end)
    assert.same({ "connectionAttempt 127.0.0.1", "connectionAttemptFailed 127.0.0.1", "close" },
      log)
    assert.equal("connect ECANCELED 127.0.0.1:" .. port, failure.message)
    assert.is_false(socket.connecting)
    stop()
  end)

  it("fails no attempt that has had its time, nor the only one", function()
    local port, stop = silentPort("127.0.0.1")
    local socket, log = connect({ port = port, autoSelectFamilyAttemptTimeout = ATTEMPT,
      lookup = lookup("127.0.0.1", "127.0.0.2") })
    socket:on("connectionAttemptTimeout", function() socket:destroy() end)
    within.reached(5, function() return log[#log] == "close" end)
    assert.same({ "connectionAttempt 127.0.0.1", "connectionAttemptTimeout 127.0.0.1", "close" },
      log)
    socket, log = connect({ port = port, lookup = lookup("127.0.0.1") })
    socket:on("connectionAttempt", function() timers.setTimeout(socket.destroy, 10, socket) end)
    within.reached(5, function() return log[#log] == "close" end)
    assert.same({ "connectionAttempt 127.0.0.1", "close" }, log)
    stop()
  end)

  it("waits when the error of a listener ended net.run meanwhile", function()
    local port, stop = silentPort("127.0.0.1")
    local socket, log = connect({ port = port, lookup = lookup("127.0.0.1", "127.0.0.2") })
    socket:on("connectionAttempt", function()
      timers.setTimeout(function()
        socket:destroy()
        error("mine", 0)
      end, 10)
    end)
    local ok, err = pcall(within.reached, 5, function() return log[#log] == "close" end)
    assert.is_false(ok)
    assert.truthy(tostring(err):find("mine", 1, true))
    within.reached(5, function() return log[#log] == "close" end)
    assert.same({ "connectionAttempt 127.0.0.1", "connectionAttemptFailed 127.0.0.1", "close" },
      log)
    stop()
  end)

  it("gives an AggregateError with each error when all fail", function()
    local server, port = serve.tcp()
    server:close()
    local errors = {}
    local socket, log = connect({ port = port, lookup = lookup("127.0.0.1", "127.0.0.2") })
    socket:on("error", function(err) errors[#errors + 1] = err end)
    within(5)
    assert.equal("close", log[#log])
    assert.equal(1, #errors)
    local err = errors[1]
    assert.equal("AggregateError", err.name)
    assert.equal("ECONNREFUSED", err.code)
    assert.equal(2, #err.errors)
    assert.equal("connect ECONNREFUSED 127.0.0.1:" .. port, err.errors[1].message)
    assert.equal("connect ECONNREFUSED 127.0.0.2:" .. port, err.errors[2].message)
  end)

  it("off, only the first address is tried", function()
    local server, port = serve.tcp()
    server:close()
    local codes = {}
    local socket, log = connect({
      port = port,
      autoSelectFamily = false,
      lookup = function(_, options, callback)
        assert.is_nil(options.all)
        callback(nil, "127.0.0.1", 4)
      end,
    })
    socket:on("error", function(err) codes[#codes + 1] = err.code end)
    within(5)
    assert.same({
      "connectionAttempt 127.0.0.1", "connectionAttemptFailed 127.0.0.1", "close",
    }, log)
    assert.same({ "ECONNREFUSED" }, codes)
    assert.is_nil(socket.autoSelectFamilyAttemptedAddresses)
  end)

  it("has defaults that can be set", function()
    assert.is_true(net.getDefaultAutoSelectFamily())
    net.setDefaultAutoSelectFamily(false)
    assert.is_false(net.getDefaultAutoSelectFamily())
    net.setDefaultAutoSelectFamily(true)
    assert.equal(250, net.getDefaultAutoSelectFamilyAttemptTimeout())
    net.setDefaultAutoSelectFamilyAttemptTimeout(3)
    assert.equal(10, net.getDefaultAutoSelectFamilyAttemptTimeout())
    net.setDefaultAutoSelectFamilyAttemptTimeout(250)
  end)
end)
