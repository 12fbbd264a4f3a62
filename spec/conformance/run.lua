--- Runs the pairs: NAME.js under node and NAME.lua under lnet, and compares their traces.
-- lua5.4 spec/conformance/run.lua [--record] [--expected] [NAME...]
-- `--record` writes node's traces to expected/; `--expected` compares with those, as is done where
-- node v20 is not installed. Environment: LNET_BUILD (variant, "release"), LNET_LUA (command that
-- runs Lua, "lua5.4"), LNET_JOBS (pairs at once), LNET_TIMEOUT (seconds for each program, 10).
local here = arg[0]:match("^(.*)/[^/]*$") or "."
local root = here .. "/../.."

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function shell(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  return text, pipe:close() == true
end

local function readFile(name)
  local file = io.open(name, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function writeFile(name, text)
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
end

local function parse(args)
  local options = { names = {} }
  for _, word in ipairs(args) do
    if word == "--record" or word == "--expected" then
      options[word:sub(3)] = true
    elseif word:sub(1, 1) == "-" then
      error("unknown option " .. word, 0)
    else
      local name = word:gsub("^.*/", ""):gsub("%.%w+$", "")
      options.names[#options.names + 1] = name
    end
  end
  return options
end

local function allNames()
  local names = {}
  for name in shell("ls " .. quote(here)):gmatch("([%w_]+)%.js\n") do
    if name ~= "prelude" then names[#names + 1] = name end
  end
  return names
end

--- The shell text that runs one program; its trace ends with the exit code unless that is 0.
-- Standard input is a pipe with a known text, for the pairs that read it.
local function program(command, output)
  local timeout = os.getenv("LNET_TIMEOUT") or "10"
  return ("printf 'text of stdin' | timeout %s %s >%s 2>%s.err; rc=$?; "
    .. "[ $rc -eq 0 ] || echo exit $rc >>%s"):format(timeout, command, output, output, output)
end

local function runAll(names, scratch, withNode, withLnet)
  local variant = os.getenv("LNET_BUILD") or "release"
  local lua = os.getenv("LNET_LUA") or "lua5.4"
  local luaPath = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;;"):format(root, root, here)
  local luaCpath = ("%s/build/%s/?.so;;"):format(root, variant)
  local steps = {}
  if withNode then
    steps[#steps + 1] = program(('node "%s/$1.js"'):format(here), ('"%s/$1.node"'):format(scratch))
  end
  if withLnet then
    local command = ('env LUA_PATH_5_4="%s" LUA_CPATH_5_4="%s" %s "%s/bin/lnet" "%s/$1.lua"')
      :format(luaPath, luaCpath, lua, root, here)
    steps[#steps + 1] = program(command, ('"%s/$1.lnet"'):format(scratch))
  end
  local jobs = os.getenv("LNET_JOBS") or "$(nproc)"
  writeFile(scratch .. "/names", table.concat(names, "\n") .. "\n")
  writeFile(scratch .. "/one", table.concat(steps, "\n") .. "\n")
  local command = "xargs -P %s -n 1 sh %s <%s"
  os.execute(command:format(jobs, quote(scratch .. "/one"), quote(scratch .. "/names")))
end

local function record(names, scratch)
  os.execute("mkdir -p " .. quote(here .. "/expected"))
  for _, name in ipairs(names) do
    local trace = assert(readFile(scratch .. "/" .. name .. ".node"))
    writeFile(("%s/expected/%s.txt"):format(here, name), trace)
    print("recorded " .. name)
  end
end

local function printDifference(label, path, otherLabel, otherPath)
  local diff = "diff -u --label %s --label %s %s %s 2>&1"
  io.write((shell(diff:format(quote(label), quote(otherLabel), quote(path), quote(otherPath)))))
end

--- Compares one pair and prints the result; answers whether the traces agree. Where node runs, the
-- recorded trace has to be its as well: else those who have no node would compare with another one.
local function compare(name, scratch, withNode)
  local expected = ("%s/expected/%s.txt"):format(here, name)
  local wanted = withNode and ("%s/%s.node"):format(scratch, name) or expected
  local got = ("%s/%s.lnet"):format(scratch, name)
  local want, have = readFile(wanted), readFile(got)
  if not want then
    print("not ok " .. name .. " (no trace of node)")
    return false
  end
  local recorded = not withNode or readFile(expected) == want
  print((want == have and recorded and "ok " or "not ok ") .. name)
  if want ~= have then
    printDifference("node", wanted, "lnet", got)
    local stderr = readFile(got .. ".err") or ""
    if stderr ~= "" then print(stderr:sub(1, 2000)) end
  end
  if not recorded then
    printDifference("expected/" .. name .. ".txt", expected, "node", wanted)
    print("# the recorded trace is not what node gives here: run.lua --record " .. name)
  end
  return want == have and recorded
end

local function main()
  local options = parse(arg)
  local names = #options.names > 0 and options.names or allNames()
  -- Another version is no referee: its traces differ where Node changed.
  local hasNode = shell("command -v node >/dev/null && node --version"):find("^v20%.") ~= nil
  local withNode = options.record or hasNode and not options.expected
  local scratch = shell("mktemp -d"):match("%S+")
  runAll(names, scratch, withNode, not options.record)
  local failed = 0
  if options.record then
    record(names, scratch)
  else
    for _, name in ipairs(names) do
      if not compare(name, scratch, withNode) then failed = failed + 1 end
    end
    print(("%d passed, %d failed"):format(#names - failed, failed))
  end
  os.execute("rm -rf " .. quote(scratch))
  os.exit(failed == 0)
end

main()
