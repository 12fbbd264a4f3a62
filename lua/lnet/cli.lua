--- What bin/lnet does: runs a script and then the loop, as `node script.js` does.
-- Three options, which end at the script's name: read by hand, they cost no dependency.
local core = require("lnet.core")
local net = require("lnet")

local VERSION = "0.1.0"

local USAGE = [[
usage: lnet [options] script.lua [arguments]
       lnet [options] -e code [arguments]

Runs a Lua script (`-`: from standard input), then the event loop until nothing is left to wait for.

  -e code        run this code instead of a script
  -v, --version  print the version
  -h, --help     print this text
]]

-- The text for an uncaught error. What net.run raises has its traceback already.
local function describe(err)
  local text
  local meta = getmetatable(err)
  if type(err) == "table" and type(err.stack) == "string" then
    return err.stack
  elseif type(err) == "string" or type(meta) == "table" and meta.__tostring then
    text = tostring(err)
  elseif type(err) == "table" and type(err.message) == "string" then
    text = err.message
  else
    text = ("(error object is a %s value: %s)"):format(type(err), tostring(err))
  end
  if text:find("\nstack traceback:\n", 1, true) then return text end
  return debug.traceback(text, 2)
end

local function complain(text)
  io.stderr:write("lnet: ", text, "\n")
  return 1
end

-- Makes args[index] args[0], as the stand-alone lua does with `arg`.
local function shift(args, index)
  local shifted = {}
  for i, value in pairs(args) do shifted[i - index] = value end
  return shifted
end

-- Runs a chunk with what follows it on the command line, then the loop; returns the exit code.
local function run(chunk, args)
  core.defaultInterrupt()
  arg = args -- luacheck: globals arg
  io.stdout:setvbuf("line") -- what a server prints is seen at once, in a pipe too
  local ok, err = xpcall(chunk, describe, table.unpack(args))
  if ok then ok, err = xpcall(net.run, describe) end
  return ok and 0 or complain(err)
end

--- Runs a command line.
-- @tparam table args the words, as in the global `arg` of the stand-alone lua
-- @treturn integer the exit code
local function main(args)
  local word = args[1]
  local chunk, err
  local index = 1 -- of the script's name, or of the code
  if word == "-h" or word == "--help" then
    io.stdout:write(USAGE)
    return 0
  elseif word == "-v" or word == "--version" then
    print("lnet " .. VERSION)
    return 0
  elseif word == "-e" and args[2] then
    index = 2
    chunk, err = load(args[2], "=(command line)")
  elseif word == "-" then
    chunk, err = loadfile()
  elseif word and word:sub(1, 1) ~= "-" then
    chunk, err = loadfile(word)
  else
    if word == "-e" then
      complain("'-e' needs code")
    elseif word then
      complain(("unrecognized option '%s'"):format(word))
    end
    io.stderr:write(USAGE)
    return 1
  end
  if not chunk then return complain(err) end
  return run(chunk, shift(args, index))
end

return { main = main, VERSION = VERSION }
