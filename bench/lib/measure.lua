--- Does what the plan says: servers that stay through a mode, and the generator against each in
-- turn.
local json = require("dkjson")
local plan = require("bench.lib.plan")
local process = require("bench.lib.process")
local machine = require("bench.lib.machine")

local measure = {}

local LOAD = plan.binaries .. "/load"
local CAP = plan.binaries .. "/cap.so"
local MIB = 1024 * 1024
local WARMUP_MS = 20 -- before each measurement
local LOAD_SECONDS = 30 -- a measurement that takes longer has failed
local LIFE_SECONDS = 900 -- nothing that we start lives longer, whatever happens to us
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

-- Whether this peer can take part in this mode; plan.lua says why not.
local function fits(peer, mode)
  return (not peer.only or peer.only[mode.server])
    and peer.without ~= mode.server
    and (not peer.most or peer.most >= mode.connections)
    and (mode.kind ~= "instructions" or peer.counted)
end

local function pinned(run)
  return { "taskset", "-c", run.core }
end

local function serve(run, peer, mode)
  return process.serve(words(
    "env",
    mode.bulk and { "LD_PRELOAD=" .. CAP, "BENCH_BUFFERS=" .. plan.bufferBytes },
    pinned(run), peer.command, mode.server, peer.kind
  ), LIFE_SECONDS)
end

local function loadWords(run, server, mode, ...)
  return words(
    pinned(run),
    { LOAD, mode.load, "--port", server.port, "--pid", server.pid, "--limit", LOAD_SECONDS },
    { "--connections", mode.connections },
    mode.size and { "--size", mode.size },
    mode.bulk and { "--buffers", plan.bufferBytes },
    ...
  )
end

-- One run of the generator. Returns its result, or nil and why there is none.
local function load(run, server, mode, ...)
  local printed, complaint = process.run(loadWords(run, server, mode, ...), LIFE_SECONDS)
  if not printed then return nil, complaint end
  return json.decode(printed)
end

-- Nanoseconds of CPU time for each unit.
local function cost(mode, result)
  if mode.unit == "MiB" then return result.cpu_ns / (result.bytes / MIB) end
  return result.cpu_ns / result.operations
end

local function fail(run, peer, mode, complaint)
  run.failures[#run.failures + 1] = { mode = mode.id, peer = peer.label, complaint = complaint }
  run.progress.note(("FAILED: %s, %s: %s"):format(mode.id, peer.label, complaint))
end

local function step(run, mode, what)
  run.progress.show(run.done, run.total, mode.id, what)
  run.done = run.done + 1
end

-- One measurement. Returns the generator's result, or nil and why there is none.
local function measureOnce(run, pair, mode, ms)
  if not pair.generator then
    return load(run, pair.server, mode, { "--warmup", WARMUP_MS, "--measure", ms })
  end
  local answer, complaint = pair.generator:ask(ms)
  if not answer then return nil, complaint end
  return json.decode(answer)
end

-- A peer's server, warmed up, and the generator that holds its connections; or nil and why not.
local function startPair(run, peer, mode)
  local server, complaint = serve(run, peer, mode)
  if not server then return nil, complaint end
  local pair = { server = server, values = {} }
  if not mode.fresh then
    pair.generator = process.tool(loadWords(run, server, mode, { "--held", "--warmup", WARMUP_MS }),
      LIFE_SECONDS)
  end
  local result
  result, complaint = measureOnce(run, pair, mode, run.firstMs)
  if result then return pair end
  server:stop()
  return nil, complaint
end

local function endPair(pair)
  local ok, complaint = true, nil
  if pair.generator then ok, complaint = pair.generator:leave() end
  pair.server:stop()
  return ok, complaint
end

-- One round: each pair once, nobody always first. A pair that fails is out.
local function measureRound(run, mode, peers, pairsOf, round)
  for i = 1, #peers do
    local peer = peers[(i + round) % #peers + 1]
    local pair = pairsOf[peer]
    step(run, mode, ("round %d of %d, %s"):format(round, run.rounds, peer.label))
    if pair then
      local result, complaint = measureOnce(run, pair, mode, run.measureMs)
      if result then
        pair.values[round] = cost(mode, result)
      else
        pairsOf[peer] = nil
        pair.server:stop()
        fail(run, peer, mode, complaint)
      end
    end
  end
end

-- CPU time: all peers' servers stay through all rounds. One that is not asked uses none.
local function measureCpu(run, mode, peers, seconds)
  local pairsOf, values = {}, {}
  local started = os.time()
  for _, peer in ipairs(peers) do
    step(run, mode, "starts " .. peer.label)
    local complaint
    pairsOf[peer], complaint = startPair(run, peer, mode)
    if not pairsOf[peer] then fail(run, peer, mode, complaint) end
  end
  for round = 1, run.rounds do
    if round > 1 and seconds and os.time() - started >= seconds then
      run.done = run.done + (run.rounds - round + 1) * #peers
      break
    end
    measureRound(run, mode, peers, pairsOf, round)
  end
  for peer, pair in pairs(pairsOf) do
    local ok, complaint = endPair(pair)
    if not ok then fail(run, peer, mode, complaint) end
    values[peer.id] = pair.values
  end
  return values
end

-- Memory: a server that has not served yet, since memory that was freed would be used again.
local function measureMemory(run, peer, mode)
  local server, complaint = serve(run, peer, mode)
  if not server then return nil, complaint end
  local result
  result, complaint = load(run, server, mode)
  server:stop()
  return result and result.memory / result.connections, complaint
end

-- What callgrind has counted in a server's life of `operations`.
local function countLife(run, peer, mode, operations)
  local server, complaint = process.serve(words(
    "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
    peer.command, mode.server, peer.kind
  ), CALLGRIND_SECONDS)
  if not server then return nil, complaint end
  local result
  result, complaint = load(run, server, mode,
    { "--warmup-operations", 1, "--operations", operations })
  local said = server:stop()
  if not result then return nil, complaint end
  return tonumber(said:match("Collected : (%d+)")), "callgrind does not say what it collected"
end

-- The difference of two lives, so that starting and ending do not count.
local function countInstructions(run, peer, mode)
  local few, many = mode.operations[1], mode.operations[2]
  local less, complaint = countLife(run, peer, mode, few)
  if not less then return nil, complaint end
  local more
  more, complaint = countLife(run, peer, mode, many)
  return more and (more - less) / (many - few), complaint
end

--- The instructions of one unit of a mode of that kind. Returns the figure, or nil and why not.
function measure.instructions(peer, mode)
  return countInstructions({ core = machine.lastCore() }, peer, mode)
end

local counters = { memory = measureMemory, instructions = countInstructions }

-- What does not vary with the machine's mood is taken once.
local function count(run, mode, peers, seconds)
  local values = {}
  local started = os.time()
  for i, peer in ipairs(peers) do
    if seconds and os.time() - started >= seconds then
      run.progress.note(("no time: %s of %s and what follows"):format(mode.id, peer.label))
      run.done = run.done + #peers - i + 1
      break
    end
    step(run, mode, peer.label)
    local value, complaint = counters[mode.kind](run, peer, mode)
    if value then
      values[peer.id] = { value }
    else
      fail(run, peer, mode, complaint)
    end
  end
  return values
end

local function present(peers, progress)
  local there, missing = {}, {}
  for _, peer in ipairs(peers) do
    local ok, complaint = process.run(peer.probe, LOAD_SECONDS)
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
    if fits(peer, mode) then fit[#fit + 1] = peer end
  end
  return fit
end

-- Seconds that this mode may take, where time is short: its part of what is left. What is counted
-- cannot be cut into rounds, so it gets more.
local function share(run, index)
  if not run.seconds then return nil end
  local parts = 0
  for i = index, #run.modes do parts = parts + (run.modes[i].kind and 2 or 1) end
  local part = run.modes[index].kind and 2 or 1
  return (run.seconds - (os.time() - run.started)) * part / parts
end

-- One mode. What is not CPU time is left out when there is no time left.
local function measureMode(run, index, peers)
  local mode = run.modes[index]
  local fit = fitting(peers, mode)
  local seconds = share(run, index)
  if not mode.kind then return measureCpu(run, mode, fit, seconds) end
  return count(run, mode, fit, seconds)
end

local function describe(run, peers, missing)
  local described = {}
  for i, peer in ipairs(peers) do
    described[i] = { id = peer.id, label = peer.label, ours = peer.ours }
  end
  return { rounds = run.rounds, measureMs = run.measureMs, machine = machine.describe(),
    versions = machine.versions(), peers = described, missing = missing, modes = {},
    failures = run.failures }
end

--- Everything. `run`: modes, peers, rounds; measureMs, and firstMs for warming up what is compiled
-- while it runs; core; seconds, or nil: what they do not suffice for is left out. Returns the
-- results, ready for JSON.
function measure.all(run, progress)
  run.progress, run.failures, run.done, run.total = progress, {}, 0, 0
  run.core = run.core or machine.lastCore()
  run.started = os.time()
  local peers, missing = present(run.peers, progress)
  for _, mode in ipairs(run.modes) do
    run.total = run.total + #fitting(peers, mode) * (mode.kind and 1 or run.rounds + 1)
  end
  local results = describe(run, peers, missing)
  for i, mode in ipairs(run.modes) do
    results.modes[i] = { id = mode.id, title = mode.title, unit = mode.unit,
      kind = mode.kind or "cpu", must = mode.must, aim = mode.aim,
      values = measureMode(run, i, peers) }
  end
  progress.done()
  return results
end

return measure
