--- Comments and documents name functions, flags and files: each of them exists. Somebody who
-- follows a comment to a name that was changed or taken away loses more time than it saves.
local lfs = require("lfs")

-- The documents that speak of the code, and the code whose comments are looked at.
local DOCUMENTS = { "ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "bench/README.md" }
local COMMENTED = { "src", "lua" }

-- What runs with the code: its names may be said, too.
local AROUND = { "bin", "Makefile", ".ci", "bench", "spec", "examples" }

-- Names of others, by how they begin or whole: libuv's, Lua's, the system's, node's; files as well.
local FOREIGN_BEGINNINGS = { "^uv_", "^UV_", "^lua_", "^luaL_", "^LUA_", "^TCP_", "^SO_" }
local FOREIGN = {
  inet_ntop = true, PATH_MAX = true, -- the system's
  string_decoder = true, child_process = true, shared_handle = true, -- node's modules
  ["lua.c"] = true, ["script.js"] = true, ["script.lua"] = true, ["echo.lua"] = true,
}

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- Calls fn(path) for a file, or for each one below a directory.
local function walk(path, fn)
  if lfs.attributes(path, "mode") ~= "directory" then return fn(path) end
  for name in lfs.dir(path) do
    if name ~= "." and name ~= ".." then walk(path .. "/" .. name, fn) end
  end
end

-- Text of the same lines in which everything but those is a space.
local function blank(text) return (text:gsub("[^\n]", " ")) end

-- The code and the comments of C, each with the lines of the whole. (No string has "/*" in it.)
local function splitC(text)
  local code = text:gsub("/%*.-%*/", blank)
  local comments, at = {}, 1
  for from, comment, to in text:gmatch("()(/%*.-%*/)()") do
    comments[#comments + 1] = blank(text:sub(at, from - 1))
    comments[#comments + 1] = comment
    at = to
  end
  return code, table.concat(comments)
end

-- The same of Lua.
local function splitLua(text)
  local code, comments = {}, {}
  for line in text:gmatch("([^\n]*)\n") do
    local bare = line:gsub("\\.", "  "):gsub("(['\"])(.-)%1", function(quote, inside)
      return quote .. blank(inside) .. quote
    end)
    local from = bare:find("%-%-") or #line + 1
    code[#code + 1] = line:sub(1, from - 1)
    comments[#comments + 1] = line:sub(from)
  end
  return table.concat(code, "\n"), table.concat(comments, "\n")
end

local split = { c = splitC, h = splitC, lua = splitLua }

-- Identifiers of the code; files, by their paths and all ends of these, so by name alone, too.
-- `of`: name of a C file without its ending -> the identifiers in it and in its header.
local identifiers, files, of = {}, {}, {}

local function learnFile(path)
  for at in path:gmatch("()%f[%w_][%w_.]+") do files[path:sub(at)] = true end
end

local function learnCode(path)
  local name, ending = path:match("([^/]+)%.(%w+)$")
  local code = read(path)
  if split[ending] then code = split[ending](code) end
  local own = path:find("^src/") and of[name] or {}
  if path:find("^src/") then of[name] = own end
  for word in code:gmatch("[%a_][%w_]*") do
    identifiers[word], own[word] = true, true
  end
end

for _, places in ipairs({ COMMENTED, AROUND }) do
  for _, place in ipairs(places) do
    walk(place, function(path)
      learnFile(path)
      if not path:find("^spec/") then learnCode(path) end
    end)
  end
end

local function isForeign(name)
  for _, beginning in ipairs(FOREIGN_BEGINNINGS) do
    if name:find(beginning) then return true end
  end
  return FOREIGN[name]
end

local function isFile(name)
  return files[name] or files[name:gsub("^%./", "")] or isForeign(name)
    or name:find("^%u+%.") -- NAME.lua: any
end

-- A name that only code has: with a line below in it. (Node's are in camel case.)
local NAME = "%f[%w_]%a%w*_[%w_]*%f[^%w_]"
local FILE = "[%w_%-./]*%w%.%l+%f[^%w_]"

-- Adds "path:line: name" to `missing` for each name in the text that does not exist.
local function look(path, text, missing)
  local line = 0
  local function miss(name) missing[#missing + 1] = ("%s:%d: %s"):format(path, line, name) end
  local function lookAtFile(name)
    local ending = name:match("%.(%l+)$")
    if not (split[ending] or ending == "js") then return nil end
    if not isFile(name) then miss(name) end
    return "" -- it is no name of the code, then
  end
  for content in text:gmatch("([^\n]*)\n?") do
    line = line + 1
    local plain = content:gsub("%a+://%S*", "") -- addresses; then what stands for many: LNET_META_*
    plain = plain:gsub("%*[%w_.]+", ""):gsub("[%w_]+%*", ""):gsub(FILE, lookAtFile)
    for name in plain:gmatch(NAME) do
      if not (identifiers[name] or isFile(name)) then miss(name) end
    end
  end
end

describe("a name that is said in", function()
  for _, place in ipairs(COMMENTED) do
    it("a comment of " .. place .. " is in the code, or is a file", function()
      local missing = {}
      walk(place, function(path)
        local splits = split[path:match("%.(%w+)$")]
        look(path, select(2, splits(read(path))), missing)
      end)
      assert.same({}, missing)
    end)
  end

  for _, document in ipairs(DOCUMENTS) do
    it(document .. " is in the code, or is a file", function()
      local missing = {}
      look(document, read(document), missing)
      assert.same({}, missing)
    end)
  end

  it("ARCHITECTURE.md with a file behind it is in that file", function()
    local missing = {}
    for name, file in read("ARCHITECTURE.md"):gmatch("`([%a_][%w_]*)` %(([%w_]+)%.[ch]") do
      local own = of[file] or {} -- what Lua calls has a prefix in C
      if not (own[name] or own["l_" .. name] or own["lnet_l_" .. name]) then
        missing[#missing + 1] = name .. " in " .. file
      end
    end
    assert.same({}, missing)
  end)

  it("ARCHITECTURE.md as code is in the code", function()
    local missing = {}
    for name in read("ARCHITECTURE.md"):gmatch("`([%a_][%w_]*)`") do
      if not identifiers[name] and not files[name] then missing[#missing + 1] = name end
    end
    assert.same({}, missing)
  end)
end)
