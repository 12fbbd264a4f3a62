-- The layers that ARCHITECTURE.md draws: each C file is in it, and includes go down only.
local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

-- File name without its ending -> layer, from the first block in ARCHITECTURE.md.
local function drawn()
  local layers, layer = {}, nil
  local block = read("ARCHITECTURE.md"):match("```\n(0 compat.-)\nlua/lnet/")
  for line in block:gmatch("[^\n]+") do
    layer = tonumber(line:match("^%d")) or layer
    for name in line:gmatch("([%w]+)%.[ch]%s") do
      if not layers[name] then layers[name] = layer end
    end
  end
  return layers
end

local function sources()
  local list = {}
  local pipe = assert(io.popen("ls src/*.c src/*.h"))
  for path in pipe:lines() do list[#list + 1] = path end
  pipe:close()
  return list
end

describe("the layers of src", function()
  local layers = drawn()

  it("are drawn in ARCHITECTURE.md for every file", function()
    local missing = {}
    for _, path in ipairs(sources()) do
      local name = path:match("([%w]+)%.[ch]$")
      if not layers[name] then missing[#missing + 1] = path end
    end
    assert.same({}, missing)
  end)

  it("include only what is in their own layer or below", function()
    local wrong = {}
    for _, path in ipairs(sources()) do
      local name = path:match("([%w]+)%.[ch]$")
      for included in read(path):gmatch('#include "([%w]+)%.h"') do
        if layers[name] and layers[included] and layers[included] > layers[name] then
          wrong[#wrong + 1] = path .. " includes " .. included .. ".h"
        end
      end
    end
    assert.same({}, wrong)
  end)
end)
