--- What bin/lnet does: runs a script and then the loop, as `node script.js` does.
-- Three options, which end at the script's name: read by hand, they cost no dependency.
local net = require("lnet") -- first: it tells which Lua it needs
local core = require("lnet.core")

-- The script may take these globals away.
local debug, io = debug, io

local VERSION = "0.1.0"

local USAGE = [[
usage: lnet [options] script.lua [arguments]
       lnet [options] -e code [arguments]

Runs a Lua script (`-`: from standard input), then the event loop until nothing is left to wait for.

  -e code        run this code instead of a script
  -v, --version  print the version
  -h, --help     print this text
]]

-- A text that a table has under this name, however it comes to it; nil when it has none.
local function textOf(err, name)
  local found, text = pcall(function() return err[name] end)
  return type(err) == "table" and found and type(text) == "string" and text or nil
end

-- The text for an uncaught error, whatever it does when it is asked. What net.run raises has its
-- traceback already.
local function describe(err)
  local stack = textOf(err, "stack")
  if stack then return stack end
  local meta = debug.getmetatable(err)
  local told, text = pcall(tostring, err)
  if not told then
    text = ("(error object is a %s value)"):format(type(err))
  elseif type(err) ~= "string" and not (meta and rawget(meta, "__tostring")) then
    text = textOf(err, "message") or ("(error object is a %s value: %s)"):format(type(err), text)
  end
  if text:find("\nstack traceback:\n", 1, true) then return text end
  return text .. "\n" .. debug.traceback(nil, 2)
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
