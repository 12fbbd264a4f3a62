--- Child processes that a test forks from a text, and their end: `after_each(processes.clean)`,
-- before within.clean, ends by pid what a test has left running.
local ipc = require("lnet.ipc")
local lfs = require("lfs")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

local processes = {}

local SECONDS = 15 -- starting Lua takes a moment; more is a hang

local kept = {} -- Subprocess -> true until its 'close'

-- What every program begins with; `parent` is the other end.
local HEAD = [[
  local net = require("lnet")
  local ipc = require("lnet.ipc")
  local timers = require("lnet.timers")
  local parent = ipc.parent
]]

--- The path of a program that runs the text, then the loop.
function processes.script(source)
  local lines = HEAD:gsub("\n", " ")
  return temp.file(lines .. source .. "\nnet.run()\n")
end

--- Remembers a process until the test is over.
function processes.keep(subprocess)
  kept[subprocess] = true
  subprocess:once("close", function() kept[subprocess] = nil end)
  return subprocess
end

--- ipc.fork of a program that is given as text.
function processes.fork(source, args, options)
  return processes.keep(ipc.fork(processes.script(source), args, options))
end

--- Runs the loop until `subprocess` has emitted 'close'.
function processes.closed(subprocess)
  within.reached(SECONDS, function() return not kept[subprocess] end)
end

--- Runs the loop until the next message; returns it and its handle.
function processes.message(subprocess)
  local got, message, handle = false, nil, nil
  subprocess:once("message", function(value, object) got, message, handle = true, value, object end)
  within.reached(SECONDS, function() return got end)
  return message, handle
end

--- How many descriptors this process has.
function processes.descriptors()
  local count = 0
  for name in lfs.dir("/proc/self/fd") do
    if name:find("^%d+$") then count = count + 1 end
  end
  return count
end

--- Whether there is a process with this number that still runs.
function processes.runs(pid)
  local file = io.open("/proc/" .. math.tointeger(pid) .. "/stat")
  if not file then return false end
  local state = file:read("a"):match("%)%s+(%a)")
  file:close()
  return state ~= "Z" and state ~= "X"
end

--- Ends what is left.
function processes.clean()
  local left = {}
  for subprocess in pairs(kept) do
    left[#left + 1] = tostring(subprocess.pid)
    subprocess:on("error", function() end)
    subprocess:kill("SIGKILL")
  end
  pcall(within.reached, SECONDS, function() return next(kept) == nil end)
  kept = {}
  if #left > 0 then error("left running: " .. table.concat(left, ", "), 0) end
end

return processes
