--- Other processes: tools and Lua programs, each ended by timeout(1) if it does not end itself.
local temp = require("spec.support.temp")

local child = {}
child.__index = child

-- A tool needs a moment; a hang is longer. Slow builds (sanitizers) say how slow they are.
local SECONDS = math.ceil(20 * (tonumber(os.getenv("LNET_SPEC_PATIENCE")) or 1))
local TOOL_SECONDS = 6 * SECONDS -- valgrind takes 50 times as long; a busy machine shares
local LUA = os.getenv("LUA") or "lua5.4"

--- A word as the shell takes it literally.
function child.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The shell redirects, so what is preloaded into Lua (a sanitizer) must not go into the tools.
local function start(command, environment, input, seconds)
  local self = setmetatable({ out = temp.path(), err = temp.path(), pid = temp.path() }, child)
  local stdin = input and temp.file(input) or "/dev/null"
  local line = ("%s timeout -k 1 %d sh -c %s <%s >%s 2>%s"):format(
    environment,
    seconds or SECONDS,
    child.quote("echo $$ >" .. self.pid .. "; exec " .. command),
    stdin,
    self.out,
    self.err
  )
  self.process = assert(io.popen(line, "r"))
  return self
end

--- Starts a tool in the background. `input`: the bytes on its standard input.
function child.tool(command, input)
  return start(command, "env -u LD_PRELOAD", input)
end

--- Starts a Lua interpreter in the background that finds the modules of this one. `variables`: more
-- of the environment, as the shell takes it. `tool`: a command that runs the interpreter.
function child.lua(arguments, input, variables, tool)
  local environment = ("env LUA_PATH_5_4=%s LUA_CPATH_5_4=%s %s"):format(
    child.quote(package.path),
    child.quote(package.cpath),
    variables or ""
  )
  local command = (tool and tool .. " " or "") .. LUA .. " " .. arguments
  return start(command, environment, input, tool and TOOL_SECONDS)
end

--- Starts a Lua program given as text.
function child.program(source, input)
  return child.lua(temp.file(source), input)
end

--- Starts a Lua program given as text in a network of its own, whose loopback has the link-local
-- address fe80::1, too. Returns nil and the reason where the system does not allow that.
function child.apart(source)
  local network = "unshare -rn sh -c " .. child.quote(
    'ip link set lo up && ip -6 addr add fe80::1/64 dev lo nodad && exec "$@"') .. " sh "
  local try = child.tool(network .. "true"):wait()
  if try.code ~= 0 then return nil, "no network of its own: " .. try.err end
  local command = network .. ("env LUA_PATH_5_4=%s LUA_CPATH_5_4=%s LD_PRELOAD=%s %s %s"):format(
    child.quote(package.path), child.quote(package.cpath),
    child.quote(os.getenv("LD_PRELOAD") or ""), LUA, temp.file(source))
  return child.tool(command)
end

--- Waits for its end. Returns a table: `code` (nil if a signal ended it), `signal`, `out`, `err`.
function child:wait()
  local _, how, number = self.process:close()
  return {
    code = how == "exit" and number or nil,
    signal = how == "signal" and number or nil,
    out = temp.read(self.out),
    err = temp.read(self.err),
  }
end

--- Ends a process that does not end itself, and waits for it.
function child:stop()
  os.execute("kill " .. temp.read(self.pid))
  return self:wait()
end

return child
