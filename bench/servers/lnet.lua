--- The servers of the benchmark on lnet: lnet.lua MODE data|pipe. Prints its port.
local net = require("lnet")

local BLOCK = 64 * 1024 -- bytes of `source`, ...
local BLOCKS = 256 -- ... as often for each byte received
local IDLE_MS = 30000

local mode, kind = arg[1], arg[2]
local listeners = {} -- mode -> listener of 'connection'
local options = {}

local function ignore() end -- a client that resets is no news here

if kind == "pipe" then
  function listeners.echo(c)
    c:on("error", ignore)
    c:pipe(c)
  end

  function listeners.timed(c)
    listeners.echo(c)
    c:setTimeout(IDLE_MS, function() c:destroy() end)
  end
else
  function listeners.echo(c)
    c:on("error", ignore)
    c:on("data", function(bytes) c:write(bytes) end)
  end

  function listeners.timed(c)
    listeners.echo(c)
    c:setTimeout(IDLE_MS, function() c:destroy() end)
  end

  function listeners.stream(c)
    c:on("error", ignore)
    c:on("data", function(bytes)
      if not c:write(bytes) then c:pause() end
    end)
    c:on("drain", function() c:resume() end)
  end

  function listeners.chop(c)
    c:on("error", ignore)
    c:on("data", function(bytes)
      c:write("piece 1\n")
      c:write("piece 2\n")
      c:write("piece 3\n")
      c:write("piece 4\n")
      c:write("piece 5\n")
      c:write("piece 6\n")
      c:write("piece 7\n")
      c:write(bytes)
    end)
  end

  function listeners.sink(c)
    local count = 0
    c:on("error", ignore)
    c:on("data", function(bytes) count = count + #bytes end)
    c:on("end", function() c:finish(("%d"):format(count)) end)
  end

  local function makeBlock()
    local bytes = {}
    for i = 0, BLOCK - 1 do
      bytes[i + 1] = string.char((i * 31 + i // 256 * 17) % 256)
    end
    return table.concat(bytes)
  end

  local block = mode == "source" and makeBlock()

  function listeners.source(c)
    local due = 0 -- blocks
    local function send()
      while due > 0 do
        due = due - 1
        if not c:write(block) then return end
      end
    end
    c:on("error", ignore)
    c:on("drain", send)
    c:on("data", function(requests)
      due = due + #requests * BLOCKS
      send()
    end)
  end
end

options.noDelay = mode == "chop"
options.allowHalfOpen = mode == "sink"
local server = net.createServer(options, listeners[mode] or listeners.echo)
server:listen(0, "127.0.0.1", function()
  print(server:address().port)
  io.stdout:flush()
end)
net.run()
