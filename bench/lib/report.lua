--- The results as text and as JSON, and what lnet's targets say to them.
local json = require("dkjson")
local machine = require("bench.lib.machine")
local plan = require("bench.lib.plan")
local plot = require("bench.lib.plot")
local stats = require("bench.lib.stats")

local report = {}

-- The order of fields in JSON, for whoever compares two results.
local KEYS = { "machine", "versions", "rounds", "measureMs", "peers", "missing", "modes",
  "failures", "id", "title", "label" }

-- Fills in what follows from the values: `cost` and, for CPU time, `relative`, by peer.
local function evaluate(results)
  for _, mode in ipairs(results.modes) do
    mode.cost, mode.relative = {}, {}
    local reference = mode.values[plan.reference]
    for id, values in pairs(mode.values) do
      mode.cost[id] = stats.of(values)
      if reference then mode.relative[id] = stats.relative(values, reference) end
    end
  end
end

-- Three digits that mean something.
local function figure(value)
  return value >= 100 and ("%.0f"):format(value) or ("%.3g"):format(value)
end

local units = { cpu = "ns", memory = "bytes", instructions = "instructions" }

local function spread(of)
  return ("%.2f  (%.2f - %.2f)"):format(of.median, of.low, of.high)
end

local function printMode(results, mode)
  print(("\n%s (%s): %s for each %s"):format(mode.title, mode.id, units[mode.kind], mode.unit))
  print(("  %-16s %10s  %-21s %s"):format("", "median", "middle half", "relative to C on libuv"))
  for _, peer in ipairs(results.peers) do
    local cost, relative = mode.cost[peer.id], mode.relative[peer.id]
    if cost then
      print(("  %-16s %10s  %-21s %s"):format(
        peer.label,
        figure(cost.median),
        mode.kind == "cpu" and ("%s - %s"):format(figure(cost.low), figure(cost.high)) or "",
        relative and spread(relative) or ""
      ))
    end
  end
end

-- What targets are about: the relation, or the figure itself.
local function judged(mode, id)
  local figures = mode.kind == "cpu" and mode.relative or mode.cost
  return figures[id] and figures[id].median
end

-- Calls found(text) for each target that is missed.
local function compareTargets(results, found)
  for _, mode in ipairs(results.modes) do
    for _, peer in ipairs(results.peers) do
      local value, must, aim = judged(mode, peer.id), mode.must[peer.id], mode.aim[peer.id]
      if value and must and value > must then
        found(("%s, %s: %s, must be %s at most"):format(mode.id, peer.label, figure(value), must))
      elseif value and aim and value > aim then
        found(("%s, %s: %s, aims at %s"):format(mode.id, peer.label, figure(value), aim))
      end
    end
  end
end

-- Calls found(text) for each peer, the reference apart, that costs less than lnet at its best.
local function comparePeers(results, found)
  for _, mode in ipairs(results.modes) do
    local best
    for _, peer in ipairs(results.peers) do
      local value = peer.ours and judged(mode, peer.id)
      if value and (not best or value < best) then best = value end
    end
    for _, peer in ipairs(results.peers) do
      local value = judged(mode, peer.id)
      if best and value and not peer.ours and peer.id ~= plan.reference and value < best then
        found(("%s: %s at %s is ahead of lnet at %s"):format(mode.id, peer.label, figure(value),
          figure(best)))
      end
    end
  end
end

local function printFindings(title, compare, results)
  local any = false
  compare(results, function(text)
    if not any then print("\n" .. title) end
    any = true
    print("  " .. text)
  end)
end

--- The table of all figures, and what is not as it should be.
function report.print(results)
  evaluate(results)
  for _, mode in ipairs(results.modes) do printMode(results, mode) end
  if #results.missing > 0 then print("\nMissing: " .. table.concat(results.missing, ", ")) end
  printFindings("Beyond the targets:", compareTargets, results)
  printFindings("Ahead of lnet:", comparePeers, results)
  for _, failure in ipairs(results.failures) do
    print(("\nFAILED: %s, %s: %s"):format(failure.mode, failure.peer, failure.complaint))
  end
end

-- One row of the README's table: relations, or the figures where relations say little.
local function row(results, mode)
  local cells = { mode.title }
  for _, peer in ipairs(results.peers) do
    local value = judged(mode, peer.id)
    cells[#cells + 1] = value and (mode.kind == "cpu" and "%.2f" or "%.0f"):format(value) or ""
  end
  return "| " .. table.concat(cells, " | ") .. " |"
end

local function markdown(results)
  local labels, rules = { "" }, { "---" }
  for _, peer in ipairs(results.peers) do
    labels[#labels + 1] = peer.label
    rules[#rules + 1] = "---:"
  end
  local lines = {
    "![Cost by mode and peer](bench/results.svg)",
    "",
    "| " .. table.concat(labels, " | ") .. " |",
    "| " .. table.concat(rules, " | ") .. " |",
  }
  for _, mode in ipairs(results.modes) do lines[#lines + 1] = row(results, mode) end
  lines[#lines + 1] = ""
  for _, line in ipairs(machine.lines(results)) do lines[#lines + 1] = line end
  return table.concat(lines, "\n")
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

--- The results of an earlier run.
function report.read(path)
  return assert(json.decode(read(path)))
end

--- results.json and results.svg in the directory `out`.
function report.write(results, out)
  write(out .. "/results.json", json.encode(results, { indent = true, keyorder = KEYS }) .. "\n")
  assert(plot.write(results, out .. "/results.svg"))
end

--- Puts the table into the file `path`, between the two comments that say so.
function report.insert(results, path)
  local text = read(path)
  local before, after = text:match("^(.-<!%-%- bench: .-%-%->\n).-(<!%-%- bench end %-%->.*)$")
  assert(before, path .. " does not say where the benchmark's table goes")
  write(path, before .. markdown(results) .. "\n" .. after)
end

return report
