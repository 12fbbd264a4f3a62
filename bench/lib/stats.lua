--- Medians, and how far the middle half is spread.
local stats = {}

-- The value below which the part `share` of a sorted list lies.
local function quantile(sorted, share)
  local at = 1 + (#sorted - 1) * share
  local below = math.floor(at)
  local above = math.min(below + 1, #sorted)
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below)
end

--- { median, low, high }: half of the values lie from low to high. nil of an empty list.
function stats.of(values)
  local sorted = table.move(values, 1, #values, 1, {})
  if #sorted == 0 then return nil end
  table.sort(sorted)
  return {
    median = quantile(sorted, 0.5),
    low = quantile(sorted, 0.25),
    high = quantile(sorted, 0.75),
  }
end

--- The same of values relative to those of the same rounds in `reference`: what slows the machine
-- down for a while slows down both.
function stats.relative(values, reference)
  local ratios = {}
  for round, value in ipairs(values) do ratios[round] = value / reference[round] end
  return stats.of(ratios)
end

return stats
