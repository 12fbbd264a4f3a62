--- An endless stream of bytes in which a lost, doubled or moved piece shows.
local pattern = {}

local PERIOD = 65521 -- a prime: no buffer size divides it

local block
do
  local bytes, state = {}, 1
  for i = 1, PERIOD do
    state = (state * 1103515245 + 12345) % 2147483648 -- the C standard's example of rand()
    bytes[i] = string.char(state >> 16 & 255)
  end
  block = table.concat(bytes)
end

--- The bytes of the stream from `offset` (0 is the first) on.
function pattern.bytes(offset, length)
  local from = offset % PERIOD
  return block:rep((from + length) // PERIOD + 1):sub(from + 1, from + length)
end

--- A check: `add(bytes)` compares what came next; `length` is what came, `wrongAt` the first piece
-- that differs.
function pattern.check()
  local check = { length = 0, wrongAt = nil }
  function check.add(bytes)
    if not check.wrongAt and bytes ~= pattern.bytes(check.length, #bytes) then
      check.wrongAt = check.length
    end
    check.length = check.length + #bytes
  end
  return check
end

--- Writes `length` bytes of the stream to the socket at the pace of 'drain', then finishes it.
function pattern.feed(socket, length)
  local sent = 0
  local function more()
    while sent < length do
      local piece = math.min(65536, length - sent)
      sent = sent + piece
      if not socket:write(pattern.bytes(sent - piece, piece)) then return end
    end
    socket:removeListener("drain", more)
    socket:finish()
  end
  socket:on("drain", more)
  more()
end

return pattern
