--- Sockets that connect again: servers of every kind, and a client whose lives are noted and judged
-- by rules that hold whatever happens when. A life is what lies between connect() and its 'close'.
local net = require("lnet")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")

local lives = {}

local SECONDS = 5 * (tonumber(os.getenv("LNET_SPEC_PATIENCE")) or 1) -- a case takes milliseconds
local RAISED = "raised by the test"

--- Bytes that no kernel's buffer takes whole.
lives.BIG = ("x"):rep(8 * 1024 * 1024)

--- A text of the life with this number.
function lives.tagged(life, text) return ("<%d:%s>"):format(life, text) end

--- Raises an error that the judge expects to come out of net.run.
function lives.raise() error({ message = RAISED }) end

--- Whether it is that error.
function lives.isRaised(err) return type(err) == "table" and err.message == RAISED end

-- ---- the servers ----

-- Greets in two pieces, with a character on the border, and notes what arrives.
local function serveAs(world, name)
  return function(connection)
    local got = { server = name, pieces = {} }
    world.connections[#world.connections + 1] = got
    connection:on("error", function() end)
    connection:on("data", function(bytes) got.pieces[#got.pieces + 1] = bytes end)
    connection:write("[" .. name .. "\xe2\x82")
    connection:write("\xac]")
  end
end

local function answering(addresses, later)
  return function(_, options, callback)
    local function answer()
      if options.all then callback(nil, addresses) else callback(nil, addresses[1].address, 4) end
    end
    if later then timers.setTimeout(answer, 1) else answer() end
  end
end

-- The server that a target leads to, where that has another name.
local SERVER = { several = "tcp", late = "tcp" }

--- Servers; `targets` has by name what `connect` takes for them, `connections` what arrived.
function lives.world()
  local world = { connections = {}, servers = {}, targets = {} }
  local targets = world.targets
  local function add(name, server, target)
    world.servers[#world.servers + 1] = server
    targets[name] = target
  end
  for _, name in ipairs({ "tcp", "tcp2" }) do
    local server, port = serve.tcp(serveAs(world, name))
    add(name, server, { port = port, host = "127.0.0.1" })
  end
  local server, path = serve.unix(serveAs(world, "path"))
  add("path", server, { path = path })
  local abstract = within.keep(net.createServer(serveAs(world, "abstract")))
  local name = "\0" .. temp.path()
  abstract:listen(name)
  within.reached(SECONDS, function() return abstract.listening end)
  add("abstract", abstract, { path = name })
  local good, bad = { address = "127.0.0.1", family = 4 }, { address = "127.0.0.9", family = 4 }
  local port = targets.tcp.port
  targets.several = { port = port, host = "several", lookup = answering({ bad, good }) }
  targets.late = { port = port, host = "late", lookup = answering({ good }, true) }
  local closed, refused = serve.tcp()
  closed:close()
  within.reached(SECONDS, function() return not closed.listening end)
  targets.refused = { port = refused, host = "127.0.0.1" }
  targets.nowhere = { path = temp.path() }
  return world
end

--- Closes the servers, and runs until nothing is left.
function lives.over(world)
  for _, server in ipairs(world.servers) do server:close() end
  within(SECONDS)
end

-- ---- the client ----

local Client = {}
Client.__index = Client

local function fault(client, text, ...)
  client.faults[#client.faults + 1] = text:format(...)
end

--- A callback of a write or of finish() in the present life, whose calls are counted.
-- `last`: it has to succeed.
function Client:callback(what, last)
  local life = self.life
  local entry = { what = what .. " of life " .. life, calls = 0 }
  local afterwards = self.closes >= life -- asked of a socket that is closed
  self.callbacks[#self.callbacks + 1] = entry
  return function(err)
    entry.calls = entry.calls + 1
    if not afterwards and self.closed >= life then
      fault(self, "%s after its 'close'", entry.what)
    end
    if last and err then fault(self, "%s failed: %s", entry.what, err) end
    if self.onCallback then self.onCallback(what) end
  end
end

-- Notes an error that the life before, which another one follows, may still tell.
local function noteErrored(client)
  local state, errored = client.lives[client.life], client.socket.errored
  if state and errored ~= nil and client.closes < client.life then state.mayTell = errored end
end

--- Begins the next life. The last one has to say its texts and to hear its server, and no more.
function Client:connect(target, last)
  noteErrored(self)
  self.life = self.life + 1
  local life = self.life
  local state = {
    server = SERVER[target] or target, last = last, heard = "",
    connects = 0, calls = 0, finishes = 0,
  }
  self.lives[life] = state
  self.socket:connect(self.world.targets[target], function()
    state.calls = state.calls + 1
    if self.connecting ~= life then
      fault(self, "callback of connect %d in 'connect' of life %s", life, self.connecting)
    end
    if self.onCallback then self.onCallback("connect") end
  end)
  if last then self.socket:write(lives.tagged(life, "early"), self:callback("early", true)) end
end

--- Ends the present life with an error, which has to be told.
function Client:fail()
  local err = { name = "Error", message = "of life " .. self.life }
  if not self.socket.destroyed then self.lives[self.life].err = err end
  self.socket:destroy(err)
end

local function onConnect(client)
  local socket, state = client.socket, client.lives[client.life]
  client.connecting = client.life
  state.connects = state.connects + 1
  if not state.last then return end
  socket:write(lives.tagged(client.life, "late"), client:callback("late", true))
  if socket.remotePort ~= client.world.targets[state.server].port then
    fault(client, "the peer's port is %s", socket.remotePort)
  end
end

local function onData(client, text)
  local state = client.lives[client.life]
  state.heard = state.heard .. text
  if state.last and state.heard == "[" .. state.server .. "€]" then
    client.socket:finish(lives.tagged(client.life, "bye"), client:callback("bye", true))
  end
end

local function onError(client, err)
  client.told[err] = (client.told[err] or 0) + 1
  for life, state in ipairs(client.lives) do
    if state.err == err or state.mayTell == err then
      state.err = err
      if client.closes >= life then fault(client, "error of life %d after its 'close'", life) end
      return
    end
  end
  if client.lives[client.life].last then fault(client, "error of the last life: %s", err) end
end

local function onClose(client, hadError)
  client.closes = client.closes + 1
  net.nextTick(function() client.closed = client.closed + 1 end)
  local life, state = client.closes, client.lives[client.closes]
  if not state then return end
  if state.err and (not hadError or not client.told[state.err]) then
    fault(client, "'close' of life %d says %s, its error was %s", life, hadError,
      client.told[state.err] and "told" or "not told")
  end
  if state.last and hadError then fault(client, "the last life ends with an error") end
end

--- A client that has not begun to connect. It takes text, so that half a character is held back.
function lives.client(world, options)
  world.connections = {}
  local socket = within.keep(net.Socket(options))
  local client = setmetatable({
    world = world, socket = socket, life = 0, lives = {}, closes = 0, closed = 0, callbacks = {},
    faults = {}, told = {},
  }, Client)
  socket:setEncoding("utf8")
  socket:on("connect", function() onConnect(client) end)
  socket:on("data", function(text) onData(client, text) end)
  socket:on("finish", function()
    client.lives[client.life].finishes = client.lives[client.life].finishes + 1
  end)
  socket:on("error", function(err) onError(client, err) end)
  socket:on("close", function(hadError) onClose(client, hadError) end)
  return client
end

-- ---- the judge ----

-- Runs until the last life is over, and a little longer.
local function runOut(client)
  local function isOver()
    return client.lives[client.life].last and client.closes >= client.life
  end
  local expired, more = false, 3
  local watchdog = timers.setTimeout(function() expired = true end, SECONDS * 1000)
  while not expired and more > 0 do
    if isOver() then more = more - 1 end
    local ok, err = pcall(net.run, isOver() and "nowait" or "once")
    if not ok and not lives.isRaised(err) then fault(client, "net.run raises %s", err) end
  end
  watchdog:close()
  if expired then fault(client, "it does not end") end
end

local function judgeLast(client, state)
  local function exactly(count, what)
    if count ~= 1 then fault(client, "%s comes %d times in the last life", what, count) end
  end
  exactly(state.connects, "'connect'")
  exactly(state.calls, "the callback of connect")
  exactly(state.finishes, "'finish'")
  if state.heard ~= "[" .. state.server .. "€]" then fault(client, "heard %s", state.heard) end
  local tagged, life = lives.tagged, client.life
  local expected = tagged(life, "early") .. tagged(life, "late") .. tagged(life, "bye")
  local arrived = 0
  for _, got in ipairs(client.world.connections) do
    if got.server == state.server and table.concat(got.pieces) == expected then
      arrived = arrived + 1
    end
  end
  exactly(arrived, "what was written")
end

-- No peer has bytes of two lives, or of a life that went to another one.
local function judgePeers(client)
  for _, got in ipairs(client.world.connections) do
    for life in table.concat(got.pieces):gmatch("<(%d+):") do
      if got.life and got.life ~= life then fault(client, "a peer got bytes of two lives") end
      got.life = life
      if client.lives[tonumber(life)].server ~= got.server then
        fault(client, "bytes of life %s reached the wrong server", life)
      end
    end
  end
end

--- Runs until all is over; returns what was wrong, a sequence of texts.
function Client:judge()
  runOut(self)
  if self.closes ~= self.life then fault(self, "%d lives, %d 'close'", self.life, self.closes) end
  for _, entry in ipairs(self.callbacks) do
    if entry.calls ~= 1 then fault(self, "%s is called %d times", entry.what, entry.calls) end
  end
  for _, count in pairs(self.told) do
    if count > 1 then fault(self, "an error is told %d times", count) end
  end
  judgeLast(self, self.lives[self.life])
  judgePeers(self)
  return self.faults
end

return lives
