-- Chunks and totals beyond 2 and 4 GiB: what the fields and calls of 32 bits would cut. It takes
-- up to 14 GiB of memory. Each byte is checked by where it comes.
local net = require("lnet")

local GIB = 1 << 30
local MARK = 8 -- each block of this many bytes says where it is
local path = os.tmpname()

local function blocks(from, count)
  local list = {}
  for i = 1, count do list[i] = ("%07x\n"):format((from + i - 1) % (1 << 28)) end
  return table.concat(list)
end

-- A text of `bytes` bytes: a pattern of 16 MiB again and again. string.rep stops at 2 GiB.
local pattern = blocks(0, (16 << 20) // MARK)
local function text(bytes)
  if bytes <= GIB then return pattern:rep(bytes // #pattern) end
  return text(bytes // 2) .. text(bytes - bytes // 2)
end

local twice = pattern .. pattern
local function check(bytes, at)
  assert(bytes == pattern:sub(at % #pattern + 1, at % #pattern + #bytes)
    or bytes == twice:sub(at % #pattern + 1, at % #pattern + #bytes), "wrong bytes near " .. at)
end

local function transfer(name, chunks, whole)
  os.remove(path)
  local received, called, total = 0, 0, 0
  for _, chunk in ipairs(chunks) do total = total + #chunk end
  local server
  server = net.createServer(function(socket)
    server:close()
    socket:on("data", function(bytes)
      check(bytes, received)
      received = received + #bytes
    end)
  end)
  server:listen(path, function()
    local client = net.connect(path)
    client:on("connect", function()
      if whole then client:cork() end
      local length = 0
      for _, chunk in ipairs(chunks) do
        client:write(chunk, function(err)
          assert(not err)
          called = called + 1
        end)
        length = length + #chunk
        assert(client.writableLength == length)
        assert(client.bytesWritten == length)
      end
      client:uncork()
      client:finish()
    end)
    client:on("close", function() assert(client.bytesWritten == total) end)
  end)
  net.run()
  assert(received == total, ("%d of %d bytes"):format(received, total))
  assert(called == #chunks)
  print(name, received)
  collectgarbage()
  collectgarbage()
end

transfer("one chunk of 2.5 GiB", { text(5 * GIB // 2) })
transfer("one chunk of 4.5 GiB", { text(9 * GIB // 2) })
local part = text(3 * GIB // 2)
transfer("4 chunks of 1.5 GiB", { part, part, part, part })
transfer("4 chunks of 1.5 GiB, corked", { part, part, part, part }, true)

-- unread
local socket = net.Socket()
for _ = 1, 3 do socket:unshift(part) end
assert(socket.readableLength == 9 * GIB // 2)
assert(socket:read(16) == part:sub(1, 16))
assert(socket:read(GIB) == part:sub(17, GIB + 16))
assert(#socket:read() == 9 * GIB // 2 - GIB - 16)
assert(socket.readableLength == 0)
socket, part = nil, nil -- luacheck: ignore
collectgarbage()
collectgarbage()
print("unread", 9 * GIB // 2)

-- net.Buffer
local buffer = net.Buffer(4 * GIB)
buffer:set(4 * GIB - 3, "last")
assert(buffer:find("last", 1) == 4 * GIB - 3)
assert(buffer:slice(-4, -1):sub(1) == "last")
assert(buffer:sub(4 * GIB - 3) == "last")
assert(buffer:byte(-1) == ("t"):byte())
assert(#buffer == 4 * GIB)
assert(not pcall(net.Buffer, 4 * GIB + 1))
print("net.Buffer", #buffer)
