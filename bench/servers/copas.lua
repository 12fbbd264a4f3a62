--- The servers of the benchmark on copas, in Lua 5.1: copas.lua MODE. Prints its port.
-- There is none for `timed`: this version of copas has no timeouts.
local socket = require("socket")
local copas = require("copas")

local BACKLOG = 511
local READ = 64 * 1024 -- bytes at once, at most
local BLOCK = 64 * 1024 -- bytes of `source`, ...
local BLOCKS = 256 -- ... as often for each byte received

local mode = arg[1]

-- Calls handle(bytes) with what comes, until the end or until it returns false. (An iterator would
-- not do: Lua 5.1 cannot yield in one.)
local function each(c, handle)
  repeat
    local bytes, err, part = copas.receivePartial(c, READ)
    bytes = bytes or part
    if bytes ~= "" and handle(bytes) == false then return end
  until err == "closed"
end

local modes = {}

function modes.echo(c)
  each(c, function(bytes) return copas.send(c, bytes) ~= nil end)
end

function modes.chop(c)
  c:setoption("tcp-nodelay", true)
  each(c, function(bytes)
    copas.send(c, "piece 1\n")
    copas.send(c, "piece 2\n")
    copas.send(c, "piece 3\n")
    copas.send(c, "piece 4\n")
    copas.send(c, "piece 5\n")
    copas.send(c, "piece 6\n")
    copas.send(c, "piece 7\n")
    return copas.send(c, bytes) ~= nil
  end)
end

function modes.sink(c)
  local count = 0
  each(c, function(bytes) count = count + #bytes end)
  copas.send(c, ("%.0f"):format(count))
end

local function makeBlock()
  local bytes = {}
  for i = 0, BLOCK - 1 do
    bytes[i + 1] = string.char((i * 31 + math.floor(i / 256) * 17) % 256)
  end
  return table.concat(bytes)
end

local block = mode == "source" and makeBlock()

function modes.source(c)
  each(c, function(requests)
    for _ = 1, #requests * BLOCKS do
      if not copas.send(c, block) then return false end
    end
  end)
end

local serve = modes[mode] or modes.echo
local server = assert(socket.bind("127.0.0.1", 0, BACKLOG))
copas.addserver(server, function(c)
  serve(c)
  c:close()
end)
print((select(2, server:getsockname())))
io.stdout:flush()
copas.loop()
