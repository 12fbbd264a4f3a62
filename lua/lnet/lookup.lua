--- Host names: what node's dns.lookup does, as far as sockets and servers need it.
local check = require("lnet.check")
local core = require("lnet.core")
local errors = require("lnet.errors")

local lookup = {}

local ALL_HINTS = core.ADDRCONFIG | core.ALL | core.V4MAPPED
local families = { [0] = 0, [4] = 4, [6] = 6, IPv4 = 4, IPv6 = 6 }

--- 4 or 6 for what can be connected to, else 0. It is more than isIP knows: a zone is the name of
-- an interface, which may have other characters, and the system's own answers have such zones.
function lookup.version(address)
  local version = core.isIP(address)
  if version ~= 0 or type(address) ~= "string" then return version end
  local before = address:match("^([^%%\0]*)%%[^\0]+$")
  return before and core.isIP(before) == 6 and 6 or 0
end

--- Raises what dns.lookup raises for these arguments.
function lookup.check(host, family, hints)
  check.string(host, "hostname")
  if hints ~= nil then
    check.number(hints, "options.hints")
    local bits = core.toInt32(hints) & 0xffffffff
    if bits & ~ALL_HINTS ~= 0 then errors.throwValue("hints", "is invalid", bits) end
  end
  if family ~= nil and not families[family] then
    errors.throwValue("options.family", "must be one of: 0, 4, 6", family)
  end
end

--- Asks for the addresses of a host.
-- @tparam string host
-- @tparam table options `family`, `hints`, `all`
-- @tparam function callback `callback(err, address, family)`; with `all`, `callback(err, list)`
function lookup.lookup(host, options, callback)
  local version = core.isIP(host)
  local function answer(err, list)
    if err then
      callback(err)
    elseif options.all then
      callback(nil, list)
    else
      callback(nil, list[1].address, list[1].family)
    end
  end
  if version ~= 0 then
    core.nextTick(answer, nil, { { address = host, family = version } })
    return
  end
  local function done(errno, list)
    answer(errno and errors.dns(errno, host), list)
  end
  local hints = core.toInt32(options.hints or 0)
  local errno = core.lookup(host, families[options.family or 0], hints, done)
  if errno ~= 0 then core.nextTick(done, errno) end
end

return lookup
