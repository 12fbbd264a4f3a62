-- What the built module shows to the linker: one function, and which writable globals it has.
local function lines(command)
  local pipe = assert(io.popen(command))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  assert(pipe:close(), command)
  return list
end

-- What the compiler and the C library put into each shared object; and what belongs to the process
-- and to no Lua state: which states there are, for the function that is called at exit, and those
-- that a handler of SIGINT wakes.
local given = {
  ["shared"] = true, ["interrupt"] = true,
  ["__dso_handle"] = true, ["completed.0"] = true, ["__TMC_END__"] = true, [".data"] = true,
  [".bss"] = true, ["_edata"] = true, ["_end"] = true, ["__bss_start"] = true,
}

describe("the built module", function()
  local path = package.searchpath("lnet.core", package.cpath)

  it("exports luaopen_lnet_core and nothing else", function()
    local exported = {}
    for _, line in ipairs(lines("nm -D --defined-only '" .. path .. "'")) do
      local name = line:match("%S+$")
      if not name:find("^_") and not name:find("asan") then exported[#exported + 1] = name end
    end
    assert.same({ "luaopen_lnet_core" }, exported)
  end)

  it("has no writable global variable but what belongs to the process", function()
    local writable = {}
    for _, line in ipairs(lines("objdump -t '" .. path .. "'")) do
      local section, name = line:match("%s(%.%a+)%s+%x+%s+(.-)%s*$")
      if (section == ".data" or section == ".bss") and not given[name]
        and not name:find("asan") and not name:find("ubsan") and not name:find("^%.L") then
        writable[#writable + 1] = name
      end
    end
    if not path:find("sanitize") then assert.same({}, writable) end
  end)
end)
