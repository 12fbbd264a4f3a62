--- BlockList: making one, and its rules as JSON. The rules and check are in blocklist.c.
-- Source: node v20, net.BlockList; of toJSON and fromJSON: the documentation of node v24.
local check = require("lnet.check")
local core = require("lnet.core")
local errors = require("lnet.errors")
local json = require("lnet.json")

local BlockList = core.BlockList

--- Makes a list without rules.
function BlockList.new()
  return core.newBlockList()
end

--- Whether the value is a net.BlockList. Source: documentation of node v24.
function BlockList.isBlockList(value)
  return core.isBlockList(value)
end

local function throwData(data)
  errors.throwType("data", "of type string or string[]", data)
end

local function decode(text)
  local value = json.decode(text)
  if value == json.null then value = nil end
  if type(value) ~= "table" or value == json.object then throwData(value) end
  return value
end

-- A text just as `rules` has it, as the method to call and its arguments; or nil.
local function parseRule(rule)
  local kind, version, rest = rule:match("^(%a+): IPv([46]) (.+)$")
  local first, second = rest, nil
  if kind == "Subnet" then
    first, second = rest:match("^(.-)/(%d%d?%d?)$")
  elseif kind == "Range" then
    first, second = rest:match("^(.-)%-(.+)$")
  elseif kind ~= "Address" then
    return nil
  end
  if not first or core.isIP(first) ~= tonumber(version) then return nil end
  local start = core.newSocketAddress(first, "ipv" .. version, 0, 0)
  if kind == "Address" then return "addAddress", start end
  if kind == "Subnet" then return "addSubnet", start, tonumber(second) end
  local last = core.isIP(second)
  if last == 0 then return nil end
  return "addRange", start, core.newSocketAddress(second, "ipv" .. last, 0, 0)
end

local V4 = "(%d%d?%d?%.%d%d?%d?%.%d%d?%d?%.%d%d?%d?)"
local V6_MAX = 39 -- characters that node takes for an IPv6 address

-- What node v24 finds in any other text, also in the middle of one; nil when it finds nothing.
local function searchRule(rule)
  local first, second
  if rule:find("IPv4", 1, true) then
    first, second = rule:match("Subnet: IPv4 " .. V4 .. "/(%d%d?)")
    if first then return "addSubnet", first, tonumber(second) end
    first = rule:match("Address: IPv4 " .. V4)
    if first then return "addAddress", first end
    first, second = rule:match("Range: IPv4 " .. V4 .. "%-" .. V4)
    if first then return "addRange", first, second end
  end
  if not rule:find("IPv6", 1, true) then return nil end
  rule = rule:lower()
  first, second = rule:match("subnet: ipv6 ([%x:]+)/(%d%d?%d?)")
  if first and #first <= V6_MAX then return "addSubnet", first, tonumber(second), "ipv6" end
  first = rule:match("address: ipv6 ([%x:]+)")
  if first then return "addAddress", first:sub(1, V6_MAX), "ipv6" end
  first, second = rule:match("range: ipv6 ([%x:]+)%-([%x:]+)")
  if first and #first <= V6_MAX then return "addRange", first, second:sub(1, V6_MAX), "ipv6" end
end

local function add(list, rules)
  for _, rule in ipairs(rules) do
    local parse = parseRule(rule) and parseRule or searchRule
    local method, first, second, family = parse(rule)
    if method then BlockList[method](list, first, second, family) end
  end
end

local function isSequence(list)
  local count = 0
  for _ in pairs(list) do count = count + 1 end
  return count == #list
end

--- Adds rules. As in node, a text that is no rule is passed over.
-- @tparam table|string data a sequence of texts as `rules` has them, or its JSON
-- @raise `ERR_INVALID_ARG_TYPE`, `SyntaxError`, and what addAddress, addRange and addSubnet raise;
-- nothing was added then
function BlockList:fromJSON(data)
  check.this(core.isBlockList(self), "BlockList")
  if type(data) ~= "table" and type(data) ~= "string" then throwData(data) end
  local rules = type(data) == "string" and decode(data) or data
  if not isSequence(rules) then throwData(data) end
  for _, rule in ipairs(rules) do
    if type(rule) ~= "string" then throwData(rules) end
  end
  add(BlockList.new(), rules) -- what is wrong shows here, before anything has changed
  add(self, rules)
end

--- The rules: the same as `rules`.
function BlockList:toJSON()
  check.this(core.isBlockList(self), "BlockList")
  return self.rules
end

setmetatable(BlockList, { __call = function() return core.newBlockList() end })

return BlockList
