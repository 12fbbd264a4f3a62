--- What is measured: the peers, the modes, and how much lnet may cost in each. Facts, no code that
-- does anything.
local plan = {}

local LUA = "lua5.4"
local LUA_51 = "lua5.1" -- Debian's lua-copas is for Lua 5.1
local BUN = "build/bench/node_modules/@oven/bun-linux-x64/bin/bun"
local KIB = 1024

-- What a connection may hold in the kernel in the bulk modes, at either end, in either direction.
-- With more, what a MiB costs multiplies within a second, for all peers: the kernel then works with
-- memory that is in no cache any more.
plan.bufferBytes = 128 * KIB

-- The directory of what the Makefile builds for this.
plan.binaries = "build/release/bench"

-- The peer that costs 1.
plan.reference = "libuv"

-- With pipe there are these servers only.
local PIPES = { echo = true, timed = true, stream = true }

local function has(lua, module)
  return { lua, "-e", ("require(%q)"):format(module) }
end

-- A peer: id; label; the command to which the server's name is added, and then `kind`; a command
-- that fails where the peer is missing. What else holds for some:
--   only     the servers that it has, where it has not all
--   without  a server that it cannot have
--   most     connections that it can hold
--   counted  callgrind can count its instructions
--   ours     targets apply
local function peer(id, label, command, kind, probe, more)
  local fields = { id = id, label = label, command = command, kind = kind, probe = probe }
  for name, value in pairs(more or {}) do fields[name] = value end
  plan.peers[#plan.peers + 1] = fields
end

plan.peers = {}
do
  local c = { plan.binaries .. "/libuv" }
  local lnet = { LUA, "bench/servers/lnet.lua" }
  local luv = { LUA, "bench/servers/luv.lua" }
  local node = { "node", "bench/servers/node.js" }
  local bun = { BUN, "bench/servers/bun.js" }
  local bunNode = { BUN, "bench/servers/node.js" }
  local nodeThere, bunThere = { "node", "--version" }, { BUN, "--version" }
  peer("libuv", "C on libuv", c, nil, { "test", "-x", c[1] }, { counted = true })
  peer("lnet-data", "lnet data", lnet, "data", has(LUA, "lnet"), { counted = true, ours = true })
  peer("lnet-pipe", "lnet pipe", lnet, "pipe", has(LUA, "lnet"),
    { counted = true, ours = true, only = PIPES })
  peer("luv", "luv write", luv, "write", has(LUA, "luv"), { counted = true })
  peer("luv-try", "luv try_write", luv, "try_write", has(LUA, "luv"), { counted = true })
  peer("node-data", "node data", node, "data", nodeThere)
  peer("node-pipe", "node pipe", node, "pipe", nodeThere, { only = PIPES })
  peer("bun", "Bun.listen", bun, nil, bunThere)
  peer("bun-data", "bun node:net", bunNode, "data", bunThere)
  peer("cqueues", "cqueues", { LUA, "bench/servers/cqueues.lua" }, nil, has(LUA, "cqueues"))
  -- It waits with select(), and has no timeouts.
  peer("copas", "copas", { LUA_51, "bench/servers/copas.lua" }, nil, has(LUA_51, "copas"),
    { most = 1000, without = "timed" })
end

-- A mode: what the generator does (load), with what server, on how many connections; what the cost
-- is of (unit); lnet's targets (must, aim) by peer, relative to the reference, of memory and
-- instructions as figures. What else holds for some:
--   size        bytes of a request
--   kind        memory or instructions, where it is not CPU time
--   bulk        bufferBytes apply
--   fresh       connections are not held from round to round (they would time out)
--   operations  the lives that callgrind compares
local function mode(id, title, fields)
  fields.id, fields.title = id, title
  fields.must, fields.aim = fields.must or {}, fields.aim or {}
  plan.modes[#plan.modes + 1] = fields
end

local function targets(data, pipe)
  return { ["lnet-data"] = data, ["lnet-pipe"] = pipe }
end

plan.modes = {}
mode("pingpong-1", "ping-pong, 64 B, 1 connection", {
  load = "pingpong", server = "echo", connections = 1, size = 64, unit = "request",
  must = targets(1.12), aim = targets(1.07),
})
mode("pingpong-32", "ping-pong, 64 B, 32 connections", {
  load = "pingpong", server = "echo", connections = 32, size = 64, unit = "request",
  must = targets(1.20, 1.05), aim = targets(1.13, 1.00),
})
mode("pingpong-5000", "ping-pong, 64 B, 5,000 connections", {
  load = "pingpong", server = "echo", connections = 5000, size = 64, unit = "request",
  must = targets(1.20), aim = targets(1.12),
})
mode("pingpong-4k", "ping-pong, 4 KiB, 32 connections", {
  load = "pingpong", server = "echo", connections = 32, size = 4 * KIB, unit = "request",
})
mode("pingpong-64k", "ping-pong, 64 KiB, 32 connections", {
  load = "pingpong", server = "stream", connections = 32, size = 64 * KIB, unit = "request",
  must = targets(1.30, 1.05), aim = targets(1.20, 1.00),
})
mode("timed", "ping-pong with a timeout, 64 B, 2,000 connections", {
  load = "timed", server = "timed", connections = 2000, size = 64, unit = "request", fresh = true,
  must = targets(1.15), aim = targets(1.05),
})
mode("chop", "answers in eight small writes, 32 connections", {
  load = "chop", server = "chop", connections = 32, size = 64, unit = "request",
  must = targets(0.40), aim = targets(0.25),
})
mode("connect", "connect, one exchange of 64 B, close", {
  load = "connect", server = "echo", connections = 32, size = 64, unit = "connection",
  must = targets(1.15), aim = targets(1.05),
})
mode("stream", "bulk echo, 4 connections", {
  load = "stream", server = "stream", connections = 4, unit = "MiB", bulk = true,
  must = targets(1.30, 1.05), aim = targets(1.15, 0.95),
})
mode("sink", "bulk to the server, 4 connections", {
  load = "sink", server = "sink", connections = 4, unit = "MiB", bulk = true,
  must = targets(1.80), aim = targets(1.30),
})
mode("source", "bulk from the server, 4 connections", {
  load = "source", server = "source", connections = 4, unit = "MiB", bulk = true,
  must = targets(0.90), aim = targets(0.60),
})
mode("idle", "memory of a held connection, 5,000 of them", {
  load = "idle", server = "echo", connections = 5000, size = 64, unit = "connection",
  kind = "memory", must = targets(750), aim = targets(560),
})
mode("instructions", "instructions of a request, 64 B, 1 connection", {
  load = "pingpong", server = "echo", connections = 1, size = 64, unit = "request",
  kind = "instructions", operations = { 1000, 6000 },
  must = targets(3000, 950), aim = targets(2300, 750),
})
mode("instructions-connect", "instructions of a connection with one exchange", {
  load = "connect", server = "echo", connections = 32, size = 64, unit = "connection",
  kind = "instructions", operations = { 300, 2300 },
  must = targets(9000), aim = targets(6000),
})

return plan
