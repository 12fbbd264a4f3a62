--- JSON texts to values, with the errors of JSON.parse. Source: node v24. Cold code.
local errors = require("lnet.errors")

-- What stands for null, and for any object: nobody asks for its properties.
local json = { null = {}, object = {} }

local escapes = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}
local words = { t = "true", f = "false", n = "null" }
local values = { ["true"] = true, ["false"] = false, null = json.null }
local SHOWN = 10 -- characters that a SyntaxError shows on either side; of a text of up to 40, all

local function throwSyntax(message)
  errors.throw("SyntaxError", nil, message)
end

-- Node's words for a character of `text` that cannot be there.
local function throwToken(text, at)
  if at > #text then throwSyntax("Unexpected end of JSON input") end
  local shown = '"' .. text .. '"'
  if #text > 4 * SHOWN then
    local from, to = math.max(1, at - SHOWN), math.min(#text, at - 1 + SHOWN)
    shown = ('%s"%s"%s'):format(from > 1 and "..." or "", text:sub(from, to),
      to < #text and "... " or " ")
    shown = shown:gsub(" $", "")
  end
  throwSyntax(("Unexpected token '%s', %s is not valid JSON"):format(
    text:match(utf8.charpattern, at), shown))
end

local function throwPlace(text, what, at)
  local _, lines = text:sub(1, at - 1):gsub("\n", "")
  local column = at - (text:sub(1, at - 1):match(".*()\n") or 0)
  throwSyntax(("%s at position %d (line %d column %d)"):format(what, at - 1, lines + 1, column))
end

-- The text in a JSON string that begins behind `at`, and where it ends.
local function readString(text, at)
  local parts = {}
  while true do
    local plain, stop = text:match('^([^"\\%c]*)()', at)
    parts[#parts + 1] = plain
    local mark = text:sub(stop, stop)
    if mark == '"' then return table.concat(parts), stop + 1 end
    if mark == "" then throwPlace(text, "Unterminated string in JSON", stop) end
    if mark ~= "\\" then
      throwPlace(text, "Bad control character in string literal in JSON", stop)
    end
    local letter, hex = text:sub(stop + 1, stop + 1), text:match("^u(%x%x%x%x)", stop + 1)
    if letter == "u" and not hex then
      throwPlace(text, "Bad Unicode escape in JSON", stop + 2 + #text:match("^%x*", stop + 2))
    elseif not hex and not escapes[letter] then
      throwPlace(text, "Bad escaped character in JSON", stop + 1)
    end
    parts[#parts + 1] = hex and utf8.char(tonumber(hex, 16)) or escapes[letter]
    at = stop + (hex and 6 or 2)
  end
end

local readValue

-- The array that begins behind `at`, or the values of the object; and where it ends.
local function readList(text, at, closing)
  local list = {}
  at = text:match("^%s*()", at)
  if text:sub(at, at) == closing then return list, at + 1 end
  while true do
    if closing == "}" then
      local key = text:match('^%s*"()', at)
      if not key then
        throwPlace(text, "Expected property name or '}' in JSON", text:match("^%s*()", at))
      end
      at = text:match("^%s*()", (select(2, readString(text, key))))
      if text:sub(at, at) ~= ":" then
        throwPlace(text, "Expected ':' after property name in JSON", at)
      end
      at = at + 1
    end
    list[#list + 1], at = readValue(text, at)
    at = text:match("^%s*()", at)
    local mark = text:sub(at, at)
    if mark == closing then return list, at + 1 end
    if mark ~= "," then
      local what = closing == "]" and "array element" or "property value"
      throwPlace(text, ("Expected ',' or '%s' after %s in JSON"):format(closing, what), at)
    end
    at = at + 1
  end
end

-- The value of JSON from `at` on, and where it ends.
function readValue(text, at)
  at = text:match("^%s*()", at)
  local mark = text:sub(at, at)
  if mark == "[" then return readList(text, at + 1, "]") end
  if mark == '"' then return readString(text, at + 1) end
  if mark == "{" then
    local _, behind = readList(text, at + 1, "}")
    return json.object, behind
  end
  local word = words[mark]
  if word then
    for i = 1, #word do
      if text:byte(at + i - 1) ~= word:byte(i) then throwToken(text, at + i - 1) end
    end
    return values[word], at + #word
  end
  local digits = text:match("^-?0", at) or text:match("^-?[1-9]%d*", at)
  if not digits then
    if mark == "-" then throwPlace(text, "No number after minus sign in JSON", at + 1) end
    throwToken(text, at)
  elseif text:find("^%d", at + #digits) then
    throwPlace(text, "Unexpected number in JSON", at + #digits)
  end
  digits = digits .. (text:match("^%.%d+", at + #digits) or "")
  digits = digits .. (text:match("^[eE][+-]?%d+", at + #digits) or "")
  return tonumber(digits), at + #digits
end

--- The value of a JSON text.
-- @raise `SyntaxError`
function json.decode(text)
  local value, at = readValue(text, 1)
  at = text:match("^%s*()", at)
  if at <= #text then throwPlace(text, "Unexpected non-whitespace character after JSON", at) end
  return value
end

return json
