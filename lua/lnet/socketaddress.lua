--- SocketAddress: its options, and parse. What it holds is in socketaddress.c. Source: node v20,
-- net.SocketAddress; of parse: the documentation of node v24.
local check = require("lnet.check")
local core = require("lnet.core")
local errors = require("lnet.errors")

local SocketAddress = core.SocketAddress

local MAX_FLOWLABEL = 0xfffff -- it has 20 bits
local MAX_UINT32 = 0xffffffff

--- Makes a socket address.
-- @tparam[opt] table options `family` ("ipv4" or "ipv6", any letter case; "ipv4"), `address`
-- ("127.0.0.1" or "::"), `port` (0), `flowlabel` (0; of IPv6 only)
-- @return the socket address; `address`, `family`, `port` and `flowlabel` cannot be changed
-- @raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_ADDRESS`,
-- `ERR_SOCKET_BAD_PORT`, `ERR_OUT_OF_RANGE`
function SocketAddress.new(options)
  if options == nil then options = {} end
  if type(options) ~= "table" then errors.throwType("options", "of type table", options) end
  local family, address, port, flowlabel =
    options.family, options.address, options.port, options.flowlabel
  local word = type(family) == "string" and family:lower() or family
  if family ~= nil and word ~= "ipv4" and word ~= "ipv6" then
    errors.throwValue("options.family", "is invalid", family)
  end
  if address ~= nil then
    check.string(address, "options.address")
  else
    address = word == "ipv6" and "::" or "127.0.0.1"
  end
  port = port == nil and 0 or check.port(port, "options.port")
  if flowlabel == nil then flowlabel = 0 end
  flowlabel = check.unsigned(flowlabel, "options.flowlabel", MAX_UINT32)
  if word == "ipv6" then check.unsigned(flowlabel, "options.flowlabel", MAX_FLOWLABEL) end
  local made = core.newSocketAddress(address, word or "ipv4", port, flowlabel)
  return made
end

-- One part of an IPv4 address: decimal, octal behind 0, hex behind 0x. A part that has no digits
-- behind its 0x is 0.
local function partOf(text)
  local hex = text:match("^0[xX](%x*)$")
  if hex then return hex:find("^0*%x?%x?%x?%x?%x?%x?%x?%x?$") and tonumber("0" .. hex, 16) end
  if text:find("^0[0-7]*$") then
    return text:find("^0*%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?$") and tonumber(text, 8)
  end
  return text:find("^[1-9]%d?%d?%d?%d?%d?%d?%d?%d?%d?$") and tonumber(text)
end

-- The IPv4 address as URLs may have it: one to four numbers, of which the last has what is left
-- of the 32 bits; or nil.
local function parseV4(text)
  local parts, value = {}, 0
  for part in (text:gsub("%.$", "") .. "."):gmatch("(.-)%.") do
    parts[#parts + 1] = partOf(part) or -1
  end
  if #parts > 4 then return nil end
  for i, part in ipairs(parts) do
    local room = i < #parts and 256 or 256 ^ (5 - #parts)
    if part < 0 or part >= room then return nil end
    value = i < #parts and value + part * 256 ^ (4 - i) or value + part
  end
  value = math.tointeger(value)
  return ("%d.%d.%d.%d"):format(value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255)
end

-- The part of "http://<input>" that has host and port: node has a parser of URLs read the text.
local function authorityOf(input)
  local url = input:gsub("[\t\n\r]", ""):gsub("[%z\1-\32]+$", ""):gsub("^[/\\]+", "")
  return (url:match("^[^/\\?#]*"):gsub("^.*@", ""))
end

--- Reads an address with or without a port: "123.1.2.3:1234", "[1::1]:1234". As in node it is read
-- as the host and port of a URL: what URLs may have around these is passed over.
-- @tparam string input
-- @return the socket address, its port 0 where none is given; nil when the text is none
-- @raise `ERR_INVALID_ARG_TYPE`
function SocketAddress.parse(input)
  check.string(input, "input")
  local authority = authorityOf(input)
  local host, port = authority:match("^(%[[^%]]*%]):(%d*)$")
  if not host then host, port = authority:match("^([^:]*):(%d*)$") end
  host = host or authority
  port = port and port ~= "" and tonumber(port) or 0
  if port > 65535 then return nil end
  local v6 = host:match("^%[([%x:.]*)%]$")
  local address = v6 or parseV4((host:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end)))
  if not address or core.isIP(address) ~= (v6 and 6 or 4) then return nil end
  return SocketAddress.new({ address = address, family = v6 and "ipv6" or "ipv4", port = port })
end

--- Whether the value is a net.SocketAddress. Source: documentation of node v24.
function SocketAddress.isSocketAddress(value)
  return core.isSocketAddress(value)
end

--- The fields as a table. Source: node v20.
function SocketAddress:toJSON()
  check.this(core.isSocketAddress(self), "SocketAddress")
  return { address = self.address, family = self.family, port = self.port,
    flowlabel = self.flowlabel }
end

setmetatable(SocketAddress, {
  __call = function(_, options)
    local address = SocketAddress.new(options)
    return address
  end,
})

return SocketAddress
