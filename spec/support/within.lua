--- Runs the loop under a deadline, and knows what the specs opened.
-- `within(2)` runs until nothing is left; after two seconds it fails and says what was still open.
-- A spec file that opens handles says `after_each(within.clean)`: what a test leaves open fails it.
local net = require("lnet")
local timers = require("lnet.timers")
local temp = require("spec.support.temp")

local within = {}

local kept = {} -- what was opened since the last clean: object -> true
local failed = false -- the last run failed: what it left open is a consequence, not news
local CLEAN_SECONDS = 2 -- destroying takes a few rounds; more is a hang
-- How much slower than the plain build this one is (sanitizers): stretches every deadline.
local PATIENCE = tonumber(os.getenv("LNET_SPEC_PATIENCE")) or 1

local function kindOf(object)
  if object.hasRef then return "timer" end
  return object.listen and "server" or "socket"
end

local function isOpen(object)
  local kind = kindOf(object)
  if kind == "server" then return object.listening end
  if kind == "timer" then return false end -- Node's timers do not tell
  return not object.destroyed and (object.connecting or object.fd ~= nil)
end

local function describe(object)
  local kind = kindOf(object)
  if kind == "server" then
    local at = object:address()
    return "a server on " .. (type(at) == "table" and tostring(at.port) or tostring(at))
  end
  return ("a socket %s (local port %s, remote port %s)"):format(
    object.connecting and "connecting" or "open",
    tostring(object.localPort),
    tostring(object.remotePort)
  )
end

local function stillOpen()
  local lines = {}
  for object in pairs(kept) do
    if isOpen(object) then lines[#lines + 1] = describe(object) end
  end
  if #lines == 0 then lines[1] = "nothing that `keep` knows of" end
  table.sort(lines)
  return table.concat(lines, "; ")
end

--- Remembers a socket, a server (with what it accepts) or a timer until the test is over.
function within.keep(object)
  kept[object] = true
  if kindOf(object) == "server" then
    object:prependListener("connection", function(socket) kept[socket] = true end)
  end
  return object
end

-- Runs the loop; returns whether the deadline passed, then what pcall(net.run, mode) gave.
local function run(seconds, mode)
  local expired = false
  local watchdog = timers.setTimeout(function()
    expired = true
    net.stop()
  end, seconds * 1000 * PATIENCE)
  watchdog:unref()
  local ok, result = pcall(net.run, mode)
  watchdog:close()
  return expired, ok, result
end

local function close(object)
  local kind = kindOf(object)
  if kind == "timer" then return object:close() end
  object:removeAllListeners("error")
  object:on("error", function() end) -- whatever the failed test has caused, it was reported
  if kind == "socket" then return object:destroy() end
  if object.listening then object:close() end
end

-- Closes all that is known. Returns whether the loop came to its end.
local function release()
  for object in pairs(kept) do
    pcall(close, object)
  end
  kept = {}
  for _ = 1, 100 do -- each listener that still raises ends one run
    local expired, ok, left = run(CLEAN_SECONDS)
    if expired then return false end
    if ok then return not left end
  end
  return false
end

--- Runs the loop as `net.run(mode)` does and returns what that returns; fails after `seconds`.
function within.run(seconds, mode)
  local expired, ok, result = run(seconds, mode)
  failed = expired or not ok
  if not ok then error(result, 0) end
  if expired then
    local open = stillOpen()
    release()
    error(("the loop did not end within %g s; still open: %s"):format(seconds, open), 2)
  end
  return result
end

--- Runs the loop to its end, however often a listener raises; returns the first line of each error
-- that was raised. Fails when one of the runs takes longer than `seconds`.
function within.through(seconds)
  local raised = {}
  while true do
    local ok, result = pcall(within.run, seconds)
    if ok then return raised end
    raised[#raised + 1] = tostring(result):match("^[^\n]*")
    if #raised == 100 then error("the loop does not end: " .. raised[100], 2) end
  end
end

--- Runs rounds of the loop until `reached()` is true; fails after `seconds`.
function within.reached(seconds, reached)
  local passed = false
  local deadline = timers.setTimeout(function() passed = true end, seconds * 1000 * PATIENCE)
  while not reached() do
    if passed then
      failed = true
      local open = stillOpen()
      release()
      error(("not reached within %g s; open: %s"):format(seconds, open), 2)
    end
    local ok, err = pcall(net.run, "once")
    if not ok then
      failed = true
      deadline:close()
      error(err, 0)
    end
  end
  deadline:close()
end

--- After a test: fails when something is still open, and closes it: the next test runs alone.
function within.clean()
  local wasFailed = failed
  failed = false
  local ok, left = pcall(net.run, "nowait")
  local open
  for object in pairs(kept) do
    if isOpen(object) then open = stillOpen() end
  end
  local ended = release()
  temp.clean()
  if wasFailed then return end
  if not ok then error(left, 0) end
  if left or open then error("left open: " .. (open or "nothing that `keep` knows of"), 0) end
  if not ended then error("closing what the test opened did not end the loop", 0) end
end

return setmetatable(within, {
  __call = function(_, seconds)
    if within.run(seconds) then
      failed = true
      error("net.run returned although something is left; open: " .. stillOpen(), 2)
    end
  end,
})
