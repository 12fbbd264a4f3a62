--- BlockList: making one, and its rules as JSON. The rules and check are in blocklist.c.
-- Source: node v20, net.BlockList; of toJSON and fromJSON: the documentation of node v24.
local core = require("lnet.core")
local errors = require("lnet.errors")

local BlockList = core.BlockList

--- Makes a list without rules.
function BlockList.new()
  return core.newBlockList()
end

--- Whether the value is a net.BlockList. Source: documentation of node v24.
function BlockList.isBlockList(value)
  return core.isBlockList(value)
end

local escapes = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

-- The text in a JSON string that begins behind `at`, and where it ends; or nil.
local function readString(json, at)
  local parts = {}
  while true do
    local plain, stop = json:match('^([^"\\%c]*)()', at)
    parts[#parts + 1] = plain
    local mark = json:sub(stop, stop)
    if mark == '"' then return table.concat(parts), stop + 1 end
    if mark ~= "\\" then return nil end
    local letter, hex = json:sub(stop + 1, stop + 1), json:match("^u(%x%x%x%x)", stop + 1)
    if not hex and not escapes[letter] then return nil end
    parts[#parts + 1] = hex and utf8.char(tonumber(hex, 16)) or escapes[letter]
    at = stop + (hex and 6 or 2)
  end
end

local function throwSyntax(json)
  errors.throw("SyntaxError", nil, ('"%s" is not valid JSON'):format(json))
end

local function throwData(data)
  errors.throwType("data", "of type string or string[]", data)
end

-- The strings of a JSON array. Any other value of JSON is of the wrong type.
local function decode(json)
  local list = {}
  local at = json:match("^%s*%[%s*()")
  if not at then (json:find("^%s*[%d\"{tfn-]") and throwData or throwSyntax)(json) end
  local closed = json:match("^%]%s*()", at)
  while not closed do
    local start = json:match('^"()', at)
    if not start then (json:find("^[%d[{tfn-]", at) and throwData or throwSyntax)(json) end
    local text, behind = readString(json, start)
    if not text then throwSyntax(json) end
    list[#list + 1] = text
    at = json:match("^%s*,%s*()", behind)
    closed = not at and json:match("^%s*%]%s*()", behind)
    if not at and not closed then throwSyntax(json) end
  end
  if closed <= #json then throwSyntax(json) end
  return list
end

-- A text as `rules` has it, as the method to call and its arguments; or nil.
local function parseRule(rule)
  local kind, version, rest = rule:match("^(%a+): IPv([46]) (.+)$")
  local first, second = rest, nil
  if kind == "Subnet" then
    first, second = rest:match("^(.-)/(%d+)$")
  elseif kind == "Range" then
    first, second = rest:match("^(.-)%-(.+)$")
  elseif kind ~= "Address" then
    return nil
  end
  if not first or core.isIP(first) ~= tonumber(version) then return nil end
  local start = core.newSocketAddress(first, "ipv" .. version, 0, 0)
  if kind == "Address" then return "addAddress", start end
  if kind == "Subnet" then
    local bits = tonumber(second)
    if bits > (version == "4" and 32 or 128) then return nil end
    return "addSubnet", start, math.tointeger(bits)
  end
  local last = core.isIP(second)
  if last == 0 then return nil end
  return "addRange", start, core.newSocketAddress(second, "ipv" .. last, 0, 0)
end

local function add(list, rules)
  for _, rule in ipairs(rules) do
    local method, first, second = parseRule(rule)
    if not method then errors.throwValue("data", "is invalid", rule) end
    BlockList[method](list, first, second)
  end
end

--- Adds rules.
-- @tparam table|string data a sequence of texts as `rules` has them, or its JSON
-- @raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `SyntaxError`; nothing was added then
function BlockList:fromJSON(data)
  if type(data) ~= "table" and type(data) ~= "string" then throwData(data) end
  local rules = type(data) == "string" and decode(data) or data
  for _, rule in pairs(rules) do
    if type(rule) ~= "string" then throwData(data) end
  end
  add(BlockList.new(), rules) -- what is wrong shows here, before anything has changed
  add(self, rules)
end

--- The rules: the same as `rules`.
function BlockList:toJSON()
  return self.rules
end

setmetatable(BlockList, { __call = function() return core.newBlockList() end })

return BlockList
