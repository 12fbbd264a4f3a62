--- Counts the instructions that a Lua program takes, with valgrind's callgrind: the same number
-- each time, whatever else the machine does, so that a spec can say how work grows with its size.
local child = require("spec.support.child")
local temp = require("spec.support.temp")

local CALLGRIND = "valgrind --tool=callgrind --callgrind-out-file=/dev/null"

local instructions = {}

-- Starts the code in a Lua process of its own.
local function start(code, n)
  return child.lua(temp.file(code) .. " " .. n, nil, nil, CALLGRIND)
end

-- The instructions that such a process took, those of Lua's start and end among them.
local function counted(process)
  local ended = process:wait()
  local collected = ended.code == 0 and ended.err:match("Collected : (%d+)")
  assert(collected, "the program has failed:\n" .. ended.out .. ended.err)
  return math.tointeger(collected)
end

--- How the work grows when n is doubled twice: 2 where it is linear, 4 where it grows with the
-- square. What does not depend on n is taken out.
-- @tparam string code Lua; `...` is n
-- @tparam integer n
function instructions.growth(code, n)
  local processes = { start(code, n), start(code, 2 * n), start(code, 4 * n) }
  local small, middle, large =
    counted(processes[1]), counted(processes[2]), counted(processes[3])
  return (large - middle) / (middle - small)
end

return instructions
