-- What `make demo` shows: a file goes through an echo server in another process and comes back
-- the same, over TCP and over a Unix socket, with back-pressure all the way.
local net = require("lnet")
local timers = require("lnet.timers")

local MIB = 1024 * 1024
local HOST = "127.0.0.1"
local FILE_BYTES = 128 * MIB
local BLOCK_BYTES = 64 * 1024 -- read from the file and written to the socket at once
local PATIENCE_MS = 20000 -- a server without a client, a client without progress: give up

-- The server's half, in a process of its own: serves one connection, then ends.
local function serve(listen_options)
  local server = net.createServer()
  local nobody = timers.setTimeout(function() server:close() end, PATIENCE_MS)
  server:on("connection", function(c)
    timers.clearTimeout(nobody)
    server:close()
    c:on("error", function() end) -- the client is gone, and says why
    c:setTimeout(PATIENCE_MS, function() c:destroy() end)
    c:pipe(c)
  end)
  server:listen(listen_options, function()
    local bound = server:address()
    print(type(bound) == "table" and bound.port or bound)
    io.stdout:flush()
  end)
  net.run()
end

local function quote(word)
  return "'" .. word:gsub("'", [['\'']]) .. "'"
end

-- The first line that a command prints.
local function ask(command)
  local pipe <close> = assert(io.popen(command))
  return assert(pipe:read("l"), "no answer from: " .. command)
end

-- A new directory, and the shell that removes it when this process ends, however it ends.
local function temporary_directory()
  local dir = ask("mktemp -d")
  local remover = io.popen("trap '' INT TERM HUP; cat >/dev/null; rm -rf " .. quote(dir), "w")
  return dir, assert(remover)
end

-- Seconds since some moment, to a hundredth.
local function now()
  local uptime <close> = assert(io.open("/proc/uptime"))
  return uptime:read("n")
end

-- Random bytes, no two blocks alike, written faster than random bytes are made.
local function make_file(path)
  local random <close> = assert(io.open("/dev/urandom", "rb"))
  local file <close> = assert(io.open(path, "wb"))
  local noise = random:read(BLOCK_BYTES - 8)
  for i = 1, FILE_BYTES // BLOCK_BYTES do assert(file:write(string.pack("<i8", i), noise)) end
end

local function sha256(path)
  return ask("sha256sum " .. quote(path)):match("^%x+")
end

local on_terminal = os.execute("test -t 1")

-- Returns a function that is told how many bytes are back, and draws them.
local function progress(label)
  local started, drawn = now(), 0
  local step = on_terminal and 1 or 10 -- per cent between two drawings
  return function(bytes)
    local percent = bytes * 100 // FILE_BYTES
    if percent < drawn + step and percent < 100 or percent == drawn then return end
    drawn = percent - percent % step
    local seconds = math.max(now() - started, 0.01)
    local bar = ("#"):rep(percent * 30 // 100)
    local line = ("  %-4s [%-30s] %3d %%  %5.1f MiB  %6.1f MiB/s"):format(
      label, bar, percent, bytes / MIB, bytes / MIB / seconds)
    io.write(on_terminal and "\r" or "", line, (on_terminal and percent < 100) and "" or "\n")
    io.flush()
  end
end

-- The client's half: streams the file `from` through the server into the file `to`.
local function exchange(label, target, from, to)
  local input <close> = assert(io.open(from, "rb"))
  local output <close> = assert(io.open(to, "wb"))
  local show = progress(label)
  local received = 0
  local client <close> = net.connect(target)

  -- Writes until the socket has enough waiting; 'drain' tells when to go on.
  local function send()
    local block
    repeat
      block = input:read(BLOCK_BYTES)
    until not block or not client:write(block)
    if not block then client:finish() end
  end
  client:on("connect", send)
  client:on("drain", send)
  client:on("data", function(bytes)
    assert(output:write(bytes))
    received = received + #bytes
    show(received)
  end)
  client:setTimeout(PATIENCE_MS, function() error("nothing came for a while") end)
  net.run()
end

local function demo()
  local dir, _ <close> = temporary_directory()
  local sent, back = dir .. "/sent", dir .. "/back"
  print(("Making a file of %d MiB"):format(FILE_BYTES // MIB))
  make_file(sent)
  local sent_sum = sha256(sent)
  print("  sha256 " .. sent_sum)

  local function leg(label, listen_on)
    local command = ("exec lua5.4 %s serve %s"):format(quote(arg[0]), quote(listen_on))
    local server <close> = assert(io.popen(command))
    local bound = assert(server:read("l"), "the server did not start")
    local port = math.tointeger(bound)
    local target = port and { port = port, host = HOST } or { path = bound }
    local where = port and HOST .. ", port " .. port or bound
    print("\nThrough an echo server in another process, on " .. where)
    exchange(label, target, sent, back)
    local back_sum = sha256(back)
    local same = back_sum == sent_sum
    print(("  sha256 %s  %s"):format(back_sum, same and "the same" or "DIFFERENT"))
    return same
  end

  local ok = leg("TCP", "0")
  ok = leg("Unix", dir .. "/echo.sock") and ok

  local status <close> = io.open("/proc/self/status")
  local peak_kib = status and status:read("a"):match("VmHWM:%s*(%d+)")
  if peak_kib then print(("\nThe client never used more than %d MiB."):format(peak_kib // 1024)) end
  print(ok and "What came back is what was sent." or "What came back is not what was sent.")
  return ok
end

if arg[1] == "serve" then
  local port = math.tointeger(arg[2])
  serve(port and { port = port, host = HOST } or { path = arg[2] })
else
  os.exit(demo(), true)
end
