--- Counts the instructions that lnet takes for a request and for a connection, as the benchmark's
-- modes of that kind do, and compares them with the figures kept in bench/counts.lua: so a change
-- that makes each of them dearer fails, though no clock would show it.
-- lua5.4 bench/count.lua [--renew], from the top directory: `make counts`, `make counts-renew`.
local measure = require("bench.lib.measure")
local plan = require("bench.lib.plan")

local KEPT = "bench/counts.lua"
local MARGIN = 0.03 -- of the figure; the same build differs by less than 0.01 from time to time
local TRIES = 2 -- a count that is too high is taken again: a busy machine cuts bytes otherwise

local renew = arg[1] == "--renew"

-- The kept figures: mode's id -> peer's id -> instructions.
local function read()
  local chunk = loadfile(KEPT, "t", {})
  return chunk and chunk() or {}
end

local function write(figures)
  local lines = {
    "--- Instructions of a request and of a connection, by mode and peer of bench/lib/plan.lua.",
    "-- Written by `make counts-renew`, compared by `make counts`.",
    "return {",
  }
  for _, mode in ipairs(plan.modes) do
    if figures[mode.id] then
      lines[#lines + 1] = ("  [%q] = {"):format(mode.id)
      for _, peer in ipairs(plan.peers) do
        local figure = figures[mode.id][peer.id]
        if figure then lines[#lines + 1] = ("    [%q] = %.0f,"):format(peer.id, figure) end
      end
      lines[#lines + 1] = "  },"
    end
  end
  lines[#lines + 1] = "}\n"
  local file = assert(io.open(KEPT, "w"))
  assert(file:write(table.concat(lines, "\n")))
  assert(file:close())
end

local ADVICE = [[
  Each %s costs more than before. What this change does on its way is in
    valgrind --tool=callgrind (bench/README.md), or in the change itself.
  If it has to be, say in the commit what it buys, and keep the new figure: make counts-renew]]

-- The least of some counts, as soon as one is small enough; or nil and why there is none.
local function least(peer, mode, limit)
  local figure
  for _ = 1, TRIES do
    local count, complaint = measure.instructions(peer, mode)
    if not count then return nil, complaint end
    figure = math.min(figure or count, count)
    if figure <= limit then break end
  end
  return figure
end

-- Compares one figure and says how it went; returns it, and whether it is within the margin.
local function compare(peer, mode, kept)
  local figure, complaint = least(peer, mode, renew and 0 or (kept or 0) * (1 + MARGIN))
  local what = mode.title .. ", " .. peer.label
  if not figure then
    print(("not ok %s: %s"):format(what, complaint))
    return nil, false
  end
  if renew or not kept then
    print(("%s %s: %.0f, kept %s"):format(renew and "ok" or "not ok", what, figure, kept or "none"))
    return figure, renew
  end
  local ok = figure <= kept * (1 + MARGIN)
  print(("%s %s: %.0f, kept %d, %+.1f %% (margin %g %%)"):format(ok and "ok" or "not ok", what,
    figure, kept, 100 * (figure / kept - 1), 100 * MARGIN))
  if not ok then print(ADVICE:format(mode.unit)) end
  if figure < kept * (1 - MARGIN) then print("  less than kept: make counts-renew keeps it so") end
  return figure, ok
end

local kept, figures = read(), {}
local passed, failed = 0, 0
for _, mode in ipairs(plan.modes) do
  if mode.kind == "instructions" then
    figures[mode.id] = {}
    for _, peer in ipairs(plan.peers) do
      if peer.ours then
        local figure, ok = compare(peer, mode, kept[mode.id] and kept[mode.id][peer.id])
        figures[mode.id][peer.id] = figure
        if ok then passed = passed + 1 else failed = failed + 1 end
      end
    end
  end
end
if renew and failed == 0 then write(figures) end
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0)
