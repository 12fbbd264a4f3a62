--- A socket is used for one connection after another: whatever it was doing, whenever and however
-- it is made to connect again, nothing of one life acts on the next, and each is told to its end.
local lives = require("spec.support.lives")
local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local BIG, tagged = lives.BIG, lives.tagged

local FALLBACK = 30 -- milliseconds; an event that does not come in this case is not waited for

-- How the socket is made to connect again: `last` is the target of the life that has to work.
local WAYS = {
  { "destroy() and connect()", function(c, last)
    c.socket:destroy()
    c:connect(last, true)
  end },
  { "destroy(err) and connect()", function(c, last)
    c:fail()
    c:connect(last, true)
  end },
  { "several lives in one tick", function(c, last)
    c.socket:destroy()
    c:connect("path")
    c:fail()
    c:connect("several")
    c.socket:destroy()
    c:connect("refused")
    c:fail()
    c:connect(last, true)
  end },
  { "connect() in 'close'", function(c, last)
    if c.closes >= c.life then return c:connect(last, true) end
    c:fail()
    c.socket:prependListener("close", function()
      if c.life == 1 then net.nextTick(c.connect, c, last, true) end
    end)
  end },
  { "destroy(), and connect() in the next tick", function(c, last)
    c.socket:destroy()
    net.nextTick(c.connect, c, last, true)
  end },
  { "destroy(err), and connect() in an immediate", function(c, last)
    c:fail()
    timers.setImmediate(c.connect, c, last, true)
  end },
  { "a large write, destroy() and connect()", function(c, last)
    if not c.socket.writableEnded then
      c.socket:write(BIG, c:callback("large"))
      c.socket:write(tagged(c.life, "behind it"), c:callback("behind it"))
    end
    c.socket:destroy()
    c:connect(last, true)
  end },
  { "finish(), destroy(err) and connect()", function(c, last)
    if not c.socket.writableEnded then
      c.socket:finish(tagged(c.life, "end"), c:callback("end"))
    end
    c:fail()
    c:connect(last, true)
  end },
  { "cork(), destroy(), connect() and uncork()", function(c, last)
    c.socket:cork()
    c.socket:destroy()
    c:connect(last, true)
    c.socket:uncork()
  end },
  { "destroy(), connect() and an error", function(c, last)
    c.socket:destroy()
    c:connect(last, true)
    lives.raise()
  end },
  { "destroy(err), connect() and net.stop()", function(c, last)
    c:fail()
    c:connect(last, true)
    net.stop()
  end },
}

-- What the first life is doing. `early` is done right after connect(), `connected` in 'connect'.
local STATES = {
  {},
  { early = function(c) c.socket:write("<1:a>", c:callback("a")) end },
  { early = function(c)
    for _ = 1, 3 do c.socket:write("<1:a>", c:callback("a")) end
    c.socket:finish("<1:b>", c:callback("b"))
  end },
  { early = function(c) c.socket:finish(c:callback("nothing")) end },
  { early = function(c)
    c.socket:cork()
    c.socket:cork()
    c.socket:write("<1:corked>", c:callback("corked"))
  end },
  { connected = function(c)
    c.socket:write(BIG, c:callback("big"))
    c.socket:write("<1:small>", c:callback("small"))
  end },
  { early = function(c) c.socket:write(BIG, c:callback("big")) end },
  { connected = function(c)
    c.socket:write("<1:gathered>")
    c.socket:write("<1:too>", c:callback("gathered"))
  end },
  { early = function(c) c.socket:setTimeout(2) end },
  { early = function(c) c.socket:pause() end },
  { early = function(c)
    c.socket:pause()
    if c.life == 1 then c.socket:unshift("old") end
  end },
}

local ANY = { "tcp", "path", "abstract", "several", "late", "refused", "nowhere" }
local GOOD = { "tcp", "path", "abstract", "several", "late" }
local LAST = { "tcp", "tcp2", "path", "abstract", "several", "late" }

-- The socket's own event, with what brings it about in 'connect'.
local function on(event, connected, targets)
  return { "'" .. event .. "'", targets or GOOD, function(c, go)
    c.socket:on(event, go)
    c.connected = connected
  end }
end

-- Right after connect(), `begun` is called.
local function begun(title, how)
  return { title, ANY, function(c, go) c.begun = function() how(c, go) end end }
end

-- In 'connect', `how` is called.
local function connected(title, how)
  return { title, GOOD, function(c, go) c.connected = function() how(c, go) end end }
end

local function finish(c)
  if not c.socket.writableEnded then c.socket:finish("<1:f>", c:callback("f")) end
end

local function fail(c) c:fail() end

-- Where it is made to connect again: `go` does so once.
local EVENTS = {
  begun("the tick of connect()", function(_, go) go() end),
  begun("the tick after connect()", function(_, go) net.nextTick(go) end),
  begun("an immediate after connect()", function(_, go) timers.setImmediate(go) end),
  begun("'newListener'", function(c, go)
    c.socket:once("newListener", go)
    c.socket:on("mine", go)
  end),
  begun("'newListener' of a write", function(c, go)
    c.socket:once("newListener", go)
    if not c.socket.writableEnded then c.socket:write("<1:w>", c:callback("w")) end
  end),
  begun("'timeout' while connecting", function(c, go) c.socket:setTimeout(1, go) end),
  begun("a finalizer in the first turns", function(_, go)
    setmetatable({}, { __gc = go })
    for _ = 1, 3 do timers.setImmediate(collectgarbage) end
  end),
  on("lookup", nil, { "several", "late" }),
  on("connectionAttempt", nil, ANY),
  on("connectionAttemptFailed", nil, { "several", "refused", "nowhere" }),
  on("removeListener"),
  on("connect"),
  on("ready"),
  on("data"),
  { "'readable'", GOOD, function(c, go)
    c.socket:on("readable", function()
      c.socket:read()
      go()
    end)
  end },
  { "'readable' with all unread", GOOD, function(c, go)
    c.socket:on("readable", function()
      if c.life == 1 then go() else c.socket:read() end
    end)
  end },
  on("end", finish),
  on("prefinish", finish),
  on("finish", finish),
  on("pause", function(c) c.socket:pause() end),
  on("resume", function(c)
    c.socket:pause()
    c.socket:resume()
  end),
  on("drain", function(c)
    if not c.socket.writableEnded then c.socket:write(BIG, c:callback("big")) end
  end),
  on("timeout", function(c) c.socket:setTimeout(2) end),
  on("error", fail, ANY),
  on("close", fail, ANY),
  on("pipe", function(c) net.Socket():pipe(c.socket) end),
  on("unpipe", function(c)
    local source = net.Socket()
    source:pipe(c.socket)
    source:unpipe(c.socket)
  end),
  { "the callback of connect", GOOD, function(c, go)
    c.onCallback = function(what)
      if what == "connect" then go() end
    end
  end },
  { "the callback of a write", ANY, function(c, go)
    c.connected = function()
      if not c.socket.writableEnded then c.socket:write("<1:w>", c:callback("w")) end
    end
    c.onCallback = function(what)
      if what ~= "connect" then go() end
    end
  end },
  { "the callback of finish()", GOOD, function(c, go)
    c.connected = finish
    c.onCallback = function(what)
      if what == "f" then go() end
    end
  end },
  connected("a tick", function(_, go) net.nextTick(go) end),
  connected("an immediate", function(_, go) timers.setImmediate(go) end),
  connected("a timer", function(_, go) timers.setTimeout(go, 2) end),
  connected("the tick after finish()", function(c, go)
    finish(c)
    net.nextTick(go)
  end),
  connected("the tick after destroy(err)", function(c, go)
    c:fail()
    net.nextTick(go)
  end),
  connected("a finalizer", function(_, go)
    setmetatable({}, { __gc = go })
    collectgarbage()
  end),
}

-- One case: returns what was wrong.
local function try(world, event, way, state, target, last)
  local client = lives.client(world)
  local socket, gone = client.socket, false
  local fallback
  local function go()
    if gone or client.life ~= 1 then return end
    gone = true
    fallback:close()
    way[2](client, last)
  end
  fallback = timers.setTimeout(go, FALLBACK)
  event[3](client, go)
  socket:on("connect", function()
    -- as in node a socket that was paused, or has a listener of 'readable', is so in its next life
    if client.life > 1 then socket:resume() end
    if client.life == 1 and state.connected then state.connected(client) end
    if client.life == 1 and not socket.destroyed and client.connected then client:connected() end
  end)
  local ok, err = pcall(function() -- what is raised in a method's own event comes out of the method
    client:connect(target)
    if state.early then state.early(client) end
    if client.begun and client.life == 1 then client.begun() end
  end)
  if not ok and not lives.isRaised(err) then error(err, 0) end
  local faults = client:judge()
  fallback:close()
  return faults
end

describe("a socket that is used again", function()
  after_each(within.clean)

  for number, event in ipairs(EVENTS) do
    it("works, and tells the life before to its end: in " .. event[1], function()
      local world = lives.world()
      local found = {}
      for i, way in ipairs(WAYS) do
        for j = 1, 2 do -- each way meets two of the states and targets, each event other ones
          local k = number + 5 * i + j
          local state, target = k % #STATES + 1, event[2][k % #event[2] + 1]
          local last = LAST[(k // 2 + j) % #LAST + 1]
          for _, text in ipairs(try(world, event, way, STATES[state], target, last)) do
            found[#found + 1] = ("%s, state %d, %s then %s: %s"):format(
              way[1], state, target, last, text)
          end
        end
      end
      local ok, err = pcall(lives.over, world)
      if not ok then found[#found + 1] = tostring(err) end
      assert.equal("", table.concat(found, "\n"))
    end)
  end
end)

describe("lives of a socket that overlap", function()
  after_each(within.clean)

  it("are told in their order", function()
    local server, port = serve.tcp(function(c) c:on("error", function() end):resume() end)
    local log = {}
    local socket = within.keep(net.connect({ port = port, host = "127.0.0.1" }))
    local function again(err)
      socket:destroy(err)
      socket:connect({ port = port, host = "127.0.0.1" })
    end
    socket:on("error", function(err) log[#log + 1] = err end)
    socket:on("close", function(hadError) log[#log + 1] = hadError end)
    socket:once("connect", function()
      again()
      again("second")
      again()
      again("fourth")
      socket:once("connect", function() socket:destroy() end)
    end)
    within.reached(5, function() return #log == 7 end)
    server:close()
    within(5)
    assert.same({ "second", "fourth", false, true, false, true, false }, log)
  end)

  it("leave the answers of an old lookup unheard, also when the next life is over", function()
    local server, port = serve.tcp(function(c) c:resume() end)
    local answer
    local lookups = 0
    local socket = within.keep(net.Socket())
    socket:on("lookup", function() lookups = lookups + 1 end)
    socket:connect({
      port = port, host = "some.name", family = 4,
      lookup = function(_, _, callback) answer = callback end,
    })
    socket:destroy()
    local closes = 0
    socket:on("close", function() closes = closes + 1 end)
    socket:resume()
    socket:connect({ port = port, host = "127.0.0.1" }, function() socket:finish() end)
    within.reached(5, function() return closes == 2 end)
    answer(nil, "127.0.0.1", 4)
    server:close()
    within(5)
    assert.equal(0, lookups)
    assert.equal(2, closes)
  end)

  it("give an error when connect() without destroy() asks for another kind of target", function()
    local server, port = serve.tcp(function(c) c:on("error", function() end):resume() end)
    local world, codes = { { path = "/nonexistent" }, { port = port, host = "127.0.0.1" } }, {}
    for i, first in ipairs(world) do
      local socket = within.keep(net.Socket())
      socket:on("error", function(err) codes[i] = err.code end)
      socket:connect(first)
      socket:connect(world[3 - i])
    end
    within.reached(5, function() return codes[1] and codes[2] end)
    server:close()
    within(5)
    assert.same({ "EINVAL", "EINVAL" }, codes)
  end)
end)

describe("a pipe into a socket that connects again", function()
  after_each(within.clean)

  -- A source with its far end, a sink that collects, and a socket connected to the sink.
  local function parts()
    local near, far = pair.tcp()
    local sink, port = serve.tcp()
    local got = {}
    sink:on("connection", function(c)
      local i = #got + 1
      got[i] = ""
      c:on("error", function() end)
      c:on("data", function(bytes) got[i] = got[i] .. bytes end)
    end)
    local socket = within.keep(net.connect({ port = port, host = "127.0.0.1" }))
    within.reached(5, function() return #got == 1 and not socket.connecting end)
    local function over()
      socket:destroy()
      near:destroy()
      far:destroy()
      sink:close()
      within(5)
    end
    return near, far, socket, got, port, over
  end

  for _, err in ipairs({ false, "an error" }) do
    it("goes on when the life before it ends" .. (err and " with an error" or ""), function()
      local near, far, socket, got, port, over = parts()
      local closes, errors = 0, {}
      socket:on("close", function() closes = closes + 1 end)
      socket:on("error", function(e) errors[#errors + 1] = e end)
      socket:destroy(err or nil)
      socket:connect({ port = port, host = "127.0.0.1" })
      near:pipe(socket)
      within.reached(5, function() return closes == 1 end)
      far:write("for the next life")
      within.reached(5, function() return got[2] == "for the next life" end)
      over()
      assert.same({ "", "for the next life" }, got)
      assert.same(err and { err } or {}, errors)
    end)
  end

  it("writes nothing to the next life's peer, and ends nothing", function()
    local near, far, socket, got, port, over = parts()
    near:pipe(socket)
    far:finish("for the first life")
    -- what has arrived, and is not read yet, meets the next life
    within.reached(5, function() return far.writableFinished end)
    socket:destroy()
    socket:connect({ port = port, host = "127.0.0.1" })
    local connectedAgain = false
    socket:once("connect", function()
      connectedAgain = true
      socket:write("own")
    end)
    within.reached(5, function() return connectedAgain and got[2] == "own" end)
    assert.is_false(socket.writableEnded)
    over()
    assert.equal("own", got[2])
  end)

  it("leaves an error that nobody hears to net.run, and the next life alone", function()
    local near, _, socket, got, port, over = parts()
    near:pipe(socket)
    socket:destroy("unheard")
    socket:connect({ port = port, host = "127.0.0.1" })
    local ok, err = true, nil
    local watchdog = timers.setTimeout(function() end, 5000)
    while ok do ok, err = pcall(net.run, "once") end
    watchdog:close()
    assert.truthy(tostring(err):find("unheard", 1, true))
    socket:write("still there")
    within.reached(5, function() return got[2] == "still there" end)
    over()
  end)

  it("does not stop what flows when it leads to the socket itself", function()
    local server, port = serve.tcp(function(c)
      c:on("error", function() end):resume():write("hello")
    end)
    local socket = within.keep(net.connect({ port = port, host = "127.0.0.1" }))
    within.reached(5, function() return not socket.connecting end)
    socket:pipe(socket)
    local closes, got = 0, ""
    socket:on("close", function() closes = closes + 1 end)
    socket:destroy()
    socket:connect({ port = port, host = "127.0.0.1" })
    socket:on("data", function(bytes) got = got .. bytes end)
    within.reached(5, function() return closes == 1 and got == "hello" end)
    assert.is_false(socket:isPaused())
    socket:destroy()
    server:close()
    within(5)
  end)

  it("does not keep the source from its other destinations", function()
    local near, far = pair.tcp()
    local waiting = {}
    local stalled, stalledPort = serve.tcp(function(c)
      waiting[#waiting + 1] = c
      c:on("error", function() end):pause()
    end)
    local length = 0
    local good, goodPort = serve.tcp(function(c)
      c:on("data", function(bytes) length = length + #bytes end)
    end)
    local first = within.keep(net.connect({ port = stalledPort, host = "127.0.0.1" }))
    local second = within.keep(net.connect({ port = goodPort, host = "127.0.0.1" }))
    near:pipe(first)
    near:pipe(second)
    far:write(BIG)
    within.reached(5, function() return first.writableNeedDrain and near:isPaused() end)
    first:destroy()
    first:connect({ port = stalledPort, host = "127.0.0.1" })
    within.reached(5, function() return length == #BIG and #waiting == 2 end)
    for _, socket in ipairs({ near, far, first, second, table.unpack(waiting) }) do
      socket:destroy()
    end
    stalled:close()
    good:close()
    within(5)
  end)
end)
