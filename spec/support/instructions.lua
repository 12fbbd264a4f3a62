--- Counts the instructions that a Lua program takes, with valgrind's callgrind: the same number
-- each time, whatever else the machine does, so that a spec can say how work grows with its size.
local child = require("spec.support.child")
local temp = require("spec.support.temp")

local CALLGRIND = "valgrind --tool=callgrind --callgrind-out-file=/dev/null"

local instructions = {}

--- Runs the code in a Lua process of its own.
-- @tparam string code Lua; `...` is n
-- @tparam integer n
-- @treturn integer instructions, those of Lua's start and end among them
function instructions.count(code, n)
  local ended = child.lua(temp.file(code) .. " " .. n, nil, nil, CALLGRIND):wait()
  local collected = ended.code == 0 and ended.err:match("Collected : (%d+)")
  assert(collected, "the program has failed:\n" .. ended.out .. ended.err)
  return math.tointeger(collected)
end

--- How the work grows when n is doubled twice: 2 where it is linear, 4 where it grows with the
-- square. What does not depend on n is taken out.
function instructions.growth(code, n)
  local small = instructions.count(code, n)
  local middle = instructions.count(code, 2 * n)
  local large = instructions.count(code, 4 * n)
  return (large - middle) / (middle - small)
end

return instructions
