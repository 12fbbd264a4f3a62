--- How much an emitter works as it grows. The debug build counts the steps that emitters take in C
-- (src/work.h), and a hook those of Lua code, so growth is compared by counts; no clock is asked.
local core = require("lnet.core")

local work = {}

--- Whether this build counts: only the debug build does.
work.counted = core.work ~= nil

local SOME = 10 -- instructions of Lua's machine between two calls of the hook

--- The steps that are taken while `run` runs.
function work.of(run)
  local before, instructions = core.work(), 0
  debug.sethook(function() instructions = instructions + SOME end, "", SOME)
  run()
  debug.sethook()
  return core.work() - before + instructions
end

--- Fails unless `run(n)` takes steps in proportion to n: for four times as many at most five
-- times the steps, where a search through all of them for each would take sixteen times.
function work.isLinear(run, n)
  local few = work.of(function() run(n) end)
  local many = work.of(function() run(4 * n) end)
  assert(few >= n / 2, ("only %d steps for %d: nothing is counted"):format(few, n))
  assert(many <= 5 * few, ("%d steps for %d, but %d for %d"):format(few, n, many, 4 * n))
end

return work
