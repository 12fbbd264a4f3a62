--- Values as bytes and back, for messages between processes. Every value of the contract arrives
-- equal: integers as integers, floats to the bit, strings of any bytes. A table that is there
-- twice is sent once. Metatables stay behind.
local errors = require("lnet.errors")

local wire = {}

-- Far below what Lua's stack takes, far above what a message looks like.
local MAX_DEPTH = 10000
local MAX_BYTES = 0xffffffff -- of a string, and of a message

-- The byte that each value begins with.
local NIL, TRUE, FALSE = "n", "t", "f"
local INTEGER, FLOAT, STRING = "i", "d", "s"
local TABLE, FINISH, KNOWN = "{", "}", "k" -- KNOWN: the table with this number

local EXPECTED = "one of type nil, boolean, number, string or table"

local put

-- "message.list.3": where in the message the value is.
local function pathTo(state)
  local names = { "message" }
  for level = 1, state.depth do names[level + 1] = tostring(state.keys[level]) end
  return table.concat(names, ".")
end

local function putTable(state, value)
  local known = state.known[value]
  if known and state.open[value] then
    errors.throwValue(pathTo(state), "must not be a table that contains it", value)
  elseif known then
    state:add(KNOWN, string.pack("<I4", known))
    return
  elseif state.depth == MAX_DEPTH then
    errors.throwValue("message", ("must not be nested deeper than %d tables"):format(MAX_DEPTH),
      value)
  end
  state.count = state.count + 1
  state.known[value], state.open[value] = state.count, true
  state.depth = state.depth + 1
  local length = rawlen(value)
  state:add(TABLE, string.pack("<I4", length))
  for i = 1, length do
    state.keys[state.depth] = i
    put(state, rawget(value, i))
  end
  for key, item in next, value do
    if math.type(key) ~= "integer" or key < 1 or key > length then
      state.keys[state.depth] = key
      put(state, key)
      put(state, item)
    end
  end
  state:add(FINISH)
  state.depth = state.depth - 1
  state.open[value] = nil
end

local writers = {
  ["nil"] = function(state) state:add(NIL) end,
  boolean = function(state, value) state:add(value and TRUE or FALSE) end,
  number = function(state, value)
    if math.type(value) == "integer" then
      state:add(INTEGER, string.pack("<i8", value))
    else
      state:add(FLOAT, string.pack("<d", value))
    end
  end,
  string = function(state, value)
    if #value > MAX_BYTES then
      errors.throwValue(pathTo(state), "must not be longer than 4 GiB", "a string")
    end
    state:add(STRING, string.pack("<s4", value))
  end,
  table = putTable,
}

function put(state, value)
  local write = writers[type(value)]
  if not write then errors.throwType(pathTo(state), EXPECTED, value) end
  write(state, value)
end

local function add(state, ...)
  for i = 1, select("#", ...) do state[#state + 1] = (select(i, ...)) end
end

--- The bytes of a value.
-- @raise `ERR_INVALID_ARG_TYPE` for functions, userdata and threads; `ERR_INVALID_ARG_VALUE` for a
-- table that contains itself
function wire.encode(value)
  local state = { add = add, known = {}, open = {}, keys = {}, depth = 0, count = 0 }
  put(state, value)
  local bytes = table.concat(state)
  if #bytes >= MAX_BYTES then
    errors.throwValue("message", "must not be longer than 4 GiB", "a table")
  end
  return bytes
end

local get

local function getTable(state, pos)
  local value = {}
  state[#state + 1] = value
  local length
  length, pos = string.unpack("<I4", state.bytes, pos)
  for i = 1, length do value[i], pos = get(state, pos) end
  while state.bytes:sub(pos, pos) ~= FINISH do
    local key
    key, pos = get(state, pos)
    value[key], pos = get(state, pos)
  end
  return value, pos + 1
end

local readers = {
  [NIL] = function(_, pos) return nil, pos end,
  [TRUE] = function(_, pos) return true, pos end,
  [FALSE] = function(_, pos) return false, pos end,
  [INTEGER] = function(state, pos) return string.unpack("<i8", state.bytes, pos) end,
  [FLOAT] = function(state, pos) return string.unpack("<d", state.bytes, pos) end,
  [STRING] = function(state, pos) return string.unpack("<s4", state.bytes, pos) end,
  [KNOWN] = function(state, pos)
    local number
    number, pos = string.unpack("<I4", state.bytes, pos)
    return assert(state[number]), pos
  end,
  [TABLE] = getTable,
}

function get(state, pos)
  local read = assert(readers[state.bytes:sub(pos, pos)])
  return read(state, pos + 1)
end

local function decode(bytes)
  local value, pos = get({ bytes = bytes }, 1)
  assert(pos == #bytes + 1)
  return value
end

--- The value of these bytes: true and the value; false when encode has not made them.
function wire.decode(bytes)
  local ok, value = pcall(decode, bytes)
  if ok then return true, value end
  return false
end

return wire
