--- The figures as an SVG by gnuplot: a field of bars for each mode, relative to C on libuv.
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local plan = require("bench.lib.plan")

local plot = {}

local SECONDS = 60 -- gnuplot takes one
local COLUMNS = 4
local WIDTH, HEIGHT = 300, 230 -- pixels of a field
local FOOT = 60 -- pixels below the fields
local MOST = 4 -- longer bars are cut off, and say how long they are
local OURS, OTHERS = "#2f6fb0", "#b8b8b8"

local function quote(text)
  return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
end

-- What the bars show: the relation, which for memory and instructions is that of the figures.
local function bars(results, mode)
  local list = {}
  for _, peer in ipairs(results.peers) do
    local relative = mode.relative[peer.id]
    if relative then list[#list + 1] = { peer = peer, value = relative.median } end
  end
  return list
end

local function field(results, mode, name)
  local list = bars(results, mode)
  local lines = { ("$%s << EOD"):format(name) }
  for row, bar in ipairs(list) do
    local color = bar.peer.ours and 1 or bar.peer.id == plan.reference and 2 or 3
    lines[#lines + 1] = ("%d %g %d %q %q"):format(-row, math.min(bar.value, MOST), color,
      bar.peer.label, ("%.2f"):format(bar.value))
  end
  lines[#lines + 1] = "EOD"
  lines[#lines + 1] = "set title " .. quote(mode.title)
  lines[#lines + 1] = ("plot $%s using (0):1:(0):2:($1-0.38):($1+0.38):3:ytic(4) with boxxy "
    .. "lc variable, $%s using 2:1:5 with labels left offset 0.4,0"):format(name, name)
  return table.concat(lines, "\n")
end

local function foot(results)
  local lines = machine.lines(results)
  table.insert(lines, 1, ("CPU time of the server (memory, instructions) relative to C on libuv: "
    .. "less is better. Bars end at %d."):format(MOST))
  return '"' .. table.concat(lines, "\\n") .. '"'
end

local function script(results, path)
  local rows = (#results.modes + COLUMNS - 1) // COLUMNS
  local height = rows * HEIGHT + FOOT
  local lines = {
    ("set terminal svg size %d,%d font 'sans-serif,10' background '#ffffff'"):format(
      COLUMNS * WIDTH, height),
    "set termoption noenhanced", -- an underscore is one
    "set output " .. quote(path),
    ("set linetype 1 lc rgb '%s'"):format(OURS),
    "set linetype 2 lc rgb '#404040'",
    ("set linetype 3 lc rgb '%s'"):format(OTHERS),
    ("set label 1 %s at screen 0.5, screen %g center"):format(foot(results),
      (FOOT - 14) / height),
    ("set multiplot layout %d,%d margins 0.09,0.985,%g,0.955 spacing 0.1,0.06"):format(rows,
      COLUMNS, FOOT / height),
    ("set yrange [%g:-0.3]"):format(-#results.peers - 0.7),
    "unset key",
    "set style fill solid noborder",
    ("set xrange [0:%g]"):format(MOST * 1.15),
    "set xtics format '' 1 scale 0",
    "set grid xtics back lc rgb '#d8d8d8' lt 1 lw 0.5",
    "set border 2",
    "set ytics nomirror scale 0",
  }
  for i, mode in ipairs(results.modes) do
    lines[#lines + 1] = field(results, mode, "m" .. i)
    if i == 1 then lines[#lines + 1] = "unset label 1" end
  end
  return table.concat(lines, "\n") .. "\nunset multiplot\n"
end

--- Writes the SVG to `path`. Returns true, or nil and why not.
function plot.write(results, path)
  local source = os.tmpname()
  local file = assert(io.open(source, "w"))
  file:write(script(results, path))
  file:close()
  local ok, complaint = process.run({ "gnuplot", source }, SECONDS)
  os.remove(source)
  return ok and true, complaint
end

return plot
