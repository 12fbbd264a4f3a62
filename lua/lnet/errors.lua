--- Error objects, made by the same code as those of C. Source of codes and messages: node v20.
local core = require("lnet.core")

local errors = {}

--- A new error object.
function errors.new(name, code, message, fields)
  local err = core.newError(name, code, message, fields)
  return err
end

--- Raises a usage error.
function errors.throw(name, code, message)
  error(core.newError(name, code, message), 0)
end

--- Raises ERR_INVALID_ARG_TYPE; `expected` as in "of type function".
function errors.throwType(name, expected, value)
  local kind = name:find(".", 1, true) and "property" or "argument"
  errors.throw("TypeError", "ERR_INVALID_ARG_TYPE", ('The "%s" %s must be %s. Received %s'):format(
    name, kind, expected, core.describe(value)))
end

--- Raises ERR_INVALID_ARG_VALUE.
function errors.throwValue(name, reason, value)
  local kind = name:find(".", 1, true) and "property" or "argument"
  errors.throw("TypeError", "ERR_INVALID_ARG_VALUE", ("The %s '%s' %s. Received %s"):format(
    kind, name, reason, core.inspect(value)))
end

--- Raises ERR_OUT_OF_RANGE; `range` as in ">= 0 && <= 32".
function errors.throwRange(name, range, value)
  errors.throw("RangeError", "ERR_OUT_OF_RANGE",
    ('The value of "%s" is out of range. It must be %s. Received %s'):format(
      name, range, core.outOfRange(value)))
end

--- The error of a failed call with an address: "bind EADDRINUSE 127.0.0.1:80".
-- @tparam integer errno libuv's code
-- @tparam string syscall
-- @tparam[opt] string address
-- @tparam[opt] integer port
-- @tparam[opt] string localAddress what " - Local (...)" tells
function errors.withHostPort(errno, syscall, address, port, localAddress)
  local code = core.errorName(errno)
  local message = syscall .. " " .. code
  if port and port > 0 then
    message = ("%s %s:%d"):format(message, address, port)
  elseif address then
    message = message .. " " .. address
  end
  if localAddress then message = ("%s - Local (%s)"):format(message, localAddress) end
  return core.newError("Error", code, message, {
    errno = errno, syscall = syscall, address = address, port = port ~= 0 and port or nil,
  })
end

--- The same with libuv's words: "listen EADDRINUSE: address already in use 127.0.0.1:80".
function errors.explained(errno, syscall, address, port)
  local code = core.errorName(errno)
  local message = ("%s %s: %s"):format(syscall, code, core.errorText(errno))
  if port and port > 0 then
    message = ("%s %s:%d"):format(message, address, port)
  elseif address then
    message = message .. " " .. address
  end
  return core.newError("Error", code, message, {
    errno = errno, syscall = syscall, address = address, port = port ~= 0 and port or nil,
  })
end

--- The error of a name that was not found.
function errors.dns(errno, hostname)
  local code = core.errorName(errno)
  if code == "EAI_NODATA" or code == "EAI_NONAME" then code = "ENOTFOUND" end
  return core.newError("Error", code, ("getaddrinfo %s %s"):format(code, hostname), {
    errno = errno, syscall = "getaddrinfo", hostname = hostname,
  })
end

--- Several errors as one.
function errors.aggregate(list)
  return core.newError("AggregateError", list[1] and list[1].code, "", { errors = list })
end

return errors
