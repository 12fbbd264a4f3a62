--- The servers of the benchmark on luv: luv.lua MODE write|try_write. Prints its port.
local uv = require("luv")

local BACKLOG = 511
local BLOCK = 64 * 1024 -- bytes of `source`, ...
local BLOCKS = 256 -- ... as often for each byte received
local BURST = 16 -- try_write in one callback at most
local IDLE_MS = 30000

local mode, kind = arg[1], arg[2]

local function close(c)
  if not c:is_closing() then c:close() end
end

-- Writes what it is given, and calls back once all of it is the kernel's; kinds of writing by name.
local writers = {}

function writers.write(c, bytes, callback)
  c:write(bytes, callback)
end

function writers.try_write(c, bytes, callback)
  local n = c:try_write(bytes)
  if n == #bytes then
    if callback then callback() end
  else
    c:write(n and bytes:sub(n + 1) or bytes, callback)
  end
end

local write = writers[kind]

local modes = {}

function modes.echo(c)
  c:read_start(function(err, bytes)
    if bytes then
      write(c, bytes)
    else
      assert(not err or err == "ECONNRESET", err)
      close(c)
    end
  end)
end

function modes.timed(c)
  local idle = uv.new_timer()
  local function stop()
    close(c)
    close(idle)
  end
  idle:start(IDLE_MS, IDLE_MS, stop)
  c:read_start(function(_, bytes)
    if not bytes then return stop() end
    idle:again()
    write(c, bytes)
  end)
end

-- Reads no more until the kernel has what it did not take at once.
function modes.stream(c)
  local onRead
  local function onWritten(err)
    if err then return close(c) end
    c:read_start(onRead)
  end
  if kind == "write" then
    function onRead(_, bytes)
      if not bytes then return close(c) end
      c:write(bytes, onWritten)
      c:read_stop()
    end
  else
    function onRead(_, bytes)
      if not bytes then return close(c) end
      local n = c:try_write(bytes)
      if n == #bytes then return end
      c:read_stop()
      c:write(n and bytes:sub(n + 1) or bytes, onWritten)
    end
  end
  c:read_start(onRead)
end

function modes.chop(c)
  c:nodelay(true)
  c:read_start(function(_, bytes)
    if not bytes then return close(c) end
    write(c, "piece 1\n")
    write(c, "piece 2\n")
    write(c, "piece 3\n")
    write(c, "piece 4\n")
    write(c, "piece 5\n")
    write(c, "piece 6\n")
    write(c, "piece 7\n")
    write(c, bytes)
  end)
end

function modes.sink(c)
  local count = 0
  c:read_start(function(err, bytes)
    if bytes then
      count = count + #bytes
    elseif err then
      close(c)
    else
      c:write(("%d"):format(count), function() close(c) end)
    end
  end)
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
  local due, waiting = 0, false
  local send
  local function onWritten(err)
    waiting = false
    if err then return close(c) end
    send()
  end
  function send()
    for i = 1, BURST do
      if due == 0 then return end
      due = due - 1
      local n = kind == "try_write" and i < BURST and c:try_write(block)
      if n ~= BLOCK then
        waiting = true
        c:write(n and block:sub(n + 1) or block, onWritten)
        return
      end
    end
  end
  c:read_start(function(_, requests)
    if not requests then return close(c) end
    due = due + #requests * BLOCKS
    if not waiting then send() end
  end)
end

local serve = modes[mode] or modes.echo

local server = uv.new_tcp()
assert(server:bind("127.0.0.1", 0))
assert(server:listen(BACKLOG, function(err)
  assert(not err, err)
  local c = uv.new_tcp()
  assert(server:accept(c))
  serve(c)
end))
print(server:getsockname().port)
io.stdout:flush()
uv.run()
