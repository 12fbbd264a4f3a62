--- Runs what the plan says: servers that stay through a mode, the generator against each in turn.
local json = require("dkjson")
local plan = require("bench.lib.plan")
local process = require("bench.lib.process")
local machine = require("bench.lib.machine")

local measure = {}

local LOAD = "build/bench/load"
local MIB = 1024 * 1024
local WARMUP_MS = 30 -- before each measurement
local FIRST_MS = 300 -- and once for each server, for what compiles at run time
local RUN_SECONDS = 30 -- a generator that takes longer has failed
local SERVER_SECONDS = 900 -- no server lives longer than this, whatever happens to us
local CALLGRIND_SECONDS = 120

-- Words as one list: lists are spliced in, false and nil are left out.
local function words(...)
  local all = {}
  for i = 1, select("#", ...) do
    local part = select(i, ...)
    if type(part) == "table" then
      table.move(part, 1, #part, #all + 1, all)
    elseif part then
      all[#all + 1] = part
    end
  end
  return all
end

-- Why this peer does not take part in this mode; nil if it does.
local function unfit(peer, mode)
  if peer.only and not peer.only[mode.server] then return "the same as its sibling" end
  if peer.most and peer.most < mode.connections then
    return ("holds %d connections at most"):format(peer.most)
  end
  if mode.kind == "instructions" and not peer.counted then return "not under callgrind" end
end

local function serverWords(run, peer, mode)
  return words(
    "env",
    mode.bulk and { "LD_PRELOAD=build/bench/cap.so", "BENCH_BUFFERS=" .. plan.bufferBytes },
    { "taskset", "-c", run.core },
    peer.command, mode.server, peer.kind
  )
end

-- One run of the generator. Returns its result, or nil and why not.
local function load(run, server, mode, bounds)
  local printed, complaint = process.run(words(
    { "taskset", "-c", run.core, LOAD, mode.load },
    { "--port", server.port, "--pid", server.pid, "--connections", mode.connections },
    mode.size and { "--size", mode.size },
    mode.bulk and { "--buffers", plan.bufferBytes },
    { "--limit", RUN_SECONDS },
    bounds
  ), RUN_SECONDS + 5)
  if not printed then return nil, complaint end
  return json.decode(printed)
end

-- Nanoseconds of CPU time for each unit.
local function cost(mode, result)
  if mode.unit == "MiB" then return result.cpu_ns / (result.bytes / MIB) end
  return result.cpu_ns / result.operations
end

local function fail(run, peer, mode, complaint)
  run.failures[#run.failures + 1] = { mode = mode.id, peer = peer.id, complaint = complaint }
  run.progress.note(("FAILED: %s, %s: %s"):format(mode.id, peer.label, complaint))
end

local function step(run, mode, what)
  run.progress.show(run.done, run.total, mode.id, what)
  run.done = run.done + 1
end

-- CPU time: each peer's server runs through all rounds; who does not work is sorted out at once.
local function measureCpu(run, mode, peers)
  local servers, values = {}, {}
  local function drop(peer, complaint)
    fail(run, peer, mode, complaint)
    if servers[peer] then servers[peer]:stop() end
    servers[peer], values[peer.id] = nil, nil
  end
  local function once(peer, bounds)
    local result, complaint = load(run, servers[peer], mode, bounds)
    if not result then drop(peer, complaint) end
    return result
  end
  for _, peer in ipairs(peers) do
    step(run, mode, "starts " .. peer.label)
    local complaint
    servers[peer], complaint = process.serve(serverWords(run, peer, mode), SERVER_SECONDS)
    if servers[peer] then
      values[peer.id] = {}
      once(peer, { "--warmup", 0, "--measure", FIRST_MS })
    else
      drop(peer, complaint)
    end
  end
  for round = 1, run.rounds do
    for i = 1, #peers do
      local peer = peers[(i + round) % #peers + 1] -- nobody is always first
      step(run, mode, ("round %d of %d, %s"):format(round, run.rounds, peer.label))
      local result = servers[peer]
        and once(peer, { "--warmup", WARMUP_MS, "--measure", run.measureMs })
      if result then values[peer.id][round] = cost(mode, result) end
    end
  end
  for _, server in pairs(servers) do server:stop() end
  return values
end

-- Memory: a new server each time, since memory that was freed would be used again.
local function measureMemory(run, mode, peers)
  local values = {}
  for _, peer in ipairs(peers) do
    step(run, mode, peer.label)
    local server, complaint = process.serve(serverWords(run, peer, mode), SERVER_SECONDS)
    local result
    if server then
      result, complaint = load(run, server, mode)
      server:stop()
    end
    if result then
      values[peer.id] = { result.memory / result.connections }
    else
      fail(run, peer, mode, complaint)
    end
  end
  return values
end

-- What callgrind has counted in a server's life of `operations`.
local function instructions(run, peer, mode, operations)
  local server, complaint = process.serve(words(
    "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
    peer.command, mode.server, peer.kind
  ), CALLGRIND_SECONDS)
  if not server then return nil, complaint end
  local result
  result, complaint = load(run, server, mode, { "--warmup-operations", 1, "--operations", operations })
  local said = server:stop()
  if not result then return nil, complaint end
  local count = said:match("Collected : (%d+)")
  return count and tonumber(count), "callgrind did not say what it collected: " .. said
end

-- The difference of two lives, so that starting and ending count nothing.
local function measureInstructions(run, mode, peers)
  local values = {}
  for _, peer in ipairs(peers) do
    step(run, mode, peer.label)
    local few, many = mode.operations[1], mode.operations[2]
    local less, complaint = instructions(run, peer, mode, few)
    local more
    if less then more, complaint = instructions(run, peer, mode, many) end
    if more then
      values[peer.id] = { (more - less) / (many - few) }
    else
      fail(run, peer, mode, complaint)
    end
  end
  return values
end

local kinds = { memory = measureMemory, instructions = measureInstructions }

local function present(peers, progress)
  local there, missing = {}, {}
  for _, peer in ipairs(peers) do
    local ok, complaint = process.run(peer.probe, RUN_SECONDS)
    if ok then
      there[#there + 1] = peer
    else
      missing[#missing + 1] = peer.label
      progress.note(("missing: %s (%s)"):format(peer.label, complaint:match("[^\n]*")))
    end
  end
  return there, missing
end

local function fitting(peers, mode)
  local fit = {}
  for _, peer in ipairs(peers) do
    if not unfit(peer, mode) then fit[#fit + 1] = peer end
  end
  return fit
end

--- Everything. `run`: modes, peers, rounds, measureMs, core. Returns the results, ready for JSON.
function measure.all(run, progress)
  run.progress, run.failures, run.done, run.total = progress, {}, 0, 0
  run.core = run.core or machine.lastCore()
  local peers, missing = present(run.peers, progress)
  for _, mode in ipairs(run.modes) do
    run.total = run.total + #fitting(peers, mode) * (mode.kind and 1 or run.rounds + 1)
  end
  local results = { quick = run.quick, rounds = run.rounds, measureMs = run.measureMs, modes = {},
    peers = {}, missing = missing, failures = run.failures, machine = machine.describe(),
    versions = machine.versions(peers) }
  for _, peer in ipairs(peers) do
    results.peers[#results.peers + 1] = { id = peer.id, label = peer.label, ours = peer.ours }
  end
  for _, mode in ipairs(run.modes) do
    local values = (kinds[mode.kind] or measureCpu)(run, mode, fitting(peers, mode))
    results.modes[#results.modes + 1] = { id = mode.id, title = mode.title, unit = mode.unit,
      kind = mode.kind or "cpu", must = mode.must, aim = mode.aim, values = values }
  end
  progress.done()
  return results
end

return measure
