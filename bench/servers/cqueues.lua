--- The servers of the benchmark on cqueues: cqueues.lua MODE. Prints its port.
local cqueues = require("cqueues")
local socket = require("cqueues.socket")

local READ = 64 * 1024 -- bytes at once, at most
local BLOCK = 64 * 1024 -- bytes of `source`, ...
local BLOCKS = 256 -- ... as often for each byte received
local IDLE_SECONDS = 30

local mode = arg[1]

local function receive(c)
  return c:read(-READ)
end

local modes = {}

function modes.echo(c)
  for bytes in receive, c do
    if not c:write(bytes) then return end
  end
end

function modes.timed(c)
  c:settimeout(IDLE_SECONDS)
  modes.echo(c)
end

function modes.chop(c)
  c:setmode("bn", "bf") -- the library's own way: write, and flush when the answer is whole
  for bytes in receive, c do
    c:write("piece 1\n")
    c:write("piece 2\n")
    c:write("piece 3\n")
    c:write("piece 4\n")
    c:write("piece 5\n")
    c:write("piece 6\n")
    c:write("piece 7\n")
    c:write(bytes)
    if not c:flush() then return end
  end
end

function modes.sink(c)
  local count = 0
  for bytes in receive, c do count = count + #bytes end
  c:write(("%d"):format(count))
end

local function makeBlock()
  local bytes = {}
  for i = 0, BLOCK - 1 do
    bytes[i + 1] = string.char((i * 31 + i // 256 * 17) % 256)
  end
  return table.concat(bytes)
end

local block = mode == "source" and makeBlock()

function modes.source(c)
  for requests in receive, c do
    for _ = 1, #requests * BLOCKS do
      if not c:write(block) then return end
    end
  end
end

local serve = modes[mode] or modes.echo
local bulk = mode == "stream" or mode == "sink" or mode == "source"
local server = assert(socket.listen({ host = "127.0.0.1", port = 0 }))
assert(server:listen())
local queue = cqueues.new()
queue:wrap(function()
  for c in server:clients({ nodelay = mode == "chop" }) do
    queue:wrap(function()
      c:setmode("bn", "bn") -- bytes as they come, and out at once
      if bulk then c:setbufsiz(READ, READ) end
      serve(c)
      c:close()
    end)
  end
end)
print((select(3, server:localname())))
io.stdout:flush()
assert(queue:loop())
