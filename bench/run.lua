--- Measures lnet against its peers: lua5.4 bench/run.lua [options], from the top directory, which
-- `make bench` does. bench/README.md says how each figure is taken.
local argparse = require("argparse")
local plan = require("bench.lib.plan")
local measure = require("bench.lib.measure")
local progress = require("bench.lib.progress")
local report = require("bench.lib.report")

local QUICK_SECONDS = 105 -- then nothing more is begun

local function split(text)
  local set = {}
  for word in text:gmatch("[^,]+") do set[word] = true end
  return set
end

local parser = argparse("bench/run.lua", "Measures lnet against its peers.")
parser:flag("--quick", "Few short rounds: an impression, in two minutes.")
parser:option("--modes", "Only these modes, by their ids, separated by commas."):convert(split)
parser:option("--peers", "Only these peers; C on libuv is always there."):convert(split)
parser:option("--rounds", "How often each peer is measured in each mode."):convert(tonumber)
parser:option("--measure", "How long each time, in milliseconds."):convert(tonumber)
parser:option("--core", "The core of servers and generator (default: the last)."):convert(tonumber)
parser:option("--from", "Measures nothing: reports the results in this file.")
parser:flag("--publish", "Also writes bench/results.json, bench/results.svg and README.md's table.")
parser:option("--out", "The directory for results.json and results.svg."):default("build/bench")
local options = parser:parse()

-- The entries of `list` that `wanted`, a set of ids, asks for.
local function choose(list, wanted, always)
  if not wanted then return list end
  local chosen, known = {}, {}
  for _, entry in ipairs(list) do
    known[entry.id] = true
    if wanted[entry.id] or entry.id == always then chosen[#chosen + 1] = entry end
  end
  for id in pairs(wanted) do
    if not known[id] then parser:error("there is no " .. id) end
  end
  return chosen
end

local function run()
  return measure.all({
    modes = choose(plan.modes, options.modes),
    peers = choose(plan.peers, options.peers, plan.reference),
    rounds = options.rounds or (options.quick and 3 or 15),
    measureMs = options.measure or (options.quick and 60 or 150),
    firstMs = options.quick and 100 or 400,
    core = options.core,
    seconds = options.quick and QUICK_SECONDS,
  }, progress)
end

local results = options.from and report.read(options.from) or run()
report.print(results)
report.write(results, options.out)
if options.publish then
  report.write(results, "bench")
  report.insert(results, "README.md")
end
os.exit(#results.failures == 0)
