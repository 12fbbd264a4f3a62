--- Checks of arguments that Lua files share. What fails raises node's usage error at the caller's
-- line. Source: node v20, internal/validators and normalizeArgs.
local core = require("lnet.core")
local errors = require("lnet.errors")

local check = {}

--- The number that JavaScript makes of a value, when it is 0 or more, else nil. Text that is one is
-- a port, other text is a path.
function check.toNumber(value)
  local number = core.toNumber(value)
  return number >= 0 and number or nil
end

-- Whether the value is text of which JavaScript's trim leaves nothing. Blank text is the number 0.
local function isBlank(value)
  return type(value) == "string" and core.toNumber(value) == 0 and not value:find("%d")
end

--- The port as an integer, or ERR_SOCKET_BAD_PORT.
function check.port(value, name)
  if type(value) == "number" or type(value) == "string" and not isBlank(value) then
    local port = math.tointeger(core.toNumber(value))
    if port and port >= 0 and port < 65536 then return port end
  end
  errors.throw("RangeError", "ERR_SOCKET_BAD_PORT",
    ("%s should be >= 0 and < 65536. Received %s."):format(name, core.describe(value)))
end

function check.number(value, name)
  if type(value) ~= "number" then errors.throwType(name, "of type number", value) end
end

function check.string(value, name)
  if type(value) ~= "string" then errors.throwType(name, "of type string", value) end
end

function check.boolean(value, name)
  if type(value) ~= "boolean" then errors.throwType(name, "of type boolean", value) end
end

function check.callable(value, name)
  if type(value) ~= "function" then errors.throwType(name, "of type function", value) end
end

--- An integer from `min` to 2^31 - 1, or ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE.
function check.int32(value, name, min)
  check.number(value, name)
  local range
  if value % 1 ~= 0 then -- nor are NaN and infinity
    range = "an integer"
  elseif value < min or value > 2147483647 then
    range = (">= %d && <= 2147483647"):format(min)
  end
  if range then errors.throwRange(name, range, value) end
  return math.tointeger(value)
end

--- An integer from 0 to `max`, or ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE.
function check.unsigned(value, name, max)
  check.number(value, name)
  local range
  if value % 1 ~= 0 then -- nor are NaN and infinity
    range = "an integer"
  elseif value < 0 or value > max then
    range = (">= 0 && <= %d"):format(max)
  end
  if range then errors.throwRange(name, range, value) end
  return math.tointeger(value)
end

--- Raises ERR_INVALID_THIS unless `is`: what a method was called on is of another class.
function check.this(is, class)
  if not is then core.raiseThis(class) end
end

--- A net.BlockList or nil.
function check.blockList(value, name)
  if value ~= nil and not core.isBlockList(value) then
    errors.throwType(name, "an net.BlockList", value) -- node's words
  end
end

--- The last argument that is not nil, when it is a function; and where it stands.
function check.callback(...)
  local last = select("#", ...)
  while last > 0 and (select(last, ...)) == nil do last = last - 1 end
  local callback = last > 0 and (select(last, ...)) or nil
  if type(callback) == "function" then return callback, last end
  return nil, last
end

return check
