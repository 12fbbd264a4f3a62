local cli = require("lnet.cli")
local lfs = require("lfs")

-- The fields that a rockspec sets.
local function rockspec(path)
  local fields = {}
  assert(loadfile(path, "t", fields))()
  return fields
end

-- The sorted paths of the files below a directory whose names match.
local function files(dir, pattern, found)
  found = found or {}
  for name in lfs.dir(dir) do
    local path = dir .. "/" .. name
    if name:match("^%.") then
      goto continue
    elseif lfs.attributes(path, "mode") == "directory" then
      files(path, pattern, found)
    elseif name:match(pattern) then
      found[#found + 1] = path
    end
    ::continue::
  end
  table.sort(found)
  return found
end

-- Both rockspecs' names, by what they are for.
local PATHS = { scm = "lnet-scm-1.rockspec", released = ("lnet-%s-1.rockspec"):format(cli.VERSION) }

for kind, path in pairs(PATHS) do
  describe(path, function()
    it("lists every C file, in order", function()
      assert.same(files("src", "%.c$"), rockspec(path).build.modules["lnet.core"].sources)
    end)

    it("lists every Lua module under the name that require takes", function()
      local expected = {}
      for _, file in ipairs(files("lua", "%.lua$")) do
        local name = file:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
        expected[name] = file
      end
      local listed = rockspec(path).build.modules
      listed["lnet.core"] = nil
      assert.same(expected, listed)
    end)

    it("carries the version in its name", function()
      assert.equal(path, ("lnet-%s.rockspec"):format(rockspec(path).version))
    end)

    if kind == "released" then
      it("builds the same as the scm one", function()
        local scm = rockspec(PATHS.scm)
        scm.version, scm.source = nil, nil
        local released = rockspec(path)
        released.version, released.source = nil, nil
        assert.same(scm, released)
      end)
    end
  end)
end
