--- What is measured: the peers, the modes, and how much lnet may cost in each. No code, only facts.
local plan = {}

local LUA = "lua5.4"
local LUA_51 = "lua5.1" -- Debian's lua-copas is for Lua 5.1
local BUN = "build/bench/node_modules/@oven/bun-linux-x64/bin/bun"

local function has(lua, module)
  return { lua, "-e", ("require(%q)"):format(module) }
end

local PIPES = { echo = true, timed = true, stream = true }

-- command: the server, to which the mode is added, and then `kind`. probe: a command that fails where
-- the peer is missing. only: the servers that it has, where it has not all. most: connections that
-- it can hold. without: a server that it cannot have. counted: callgrind can count its instructions. ours: targets apply.
plan.peers = {
  { id = "libuv", label = "C on libuv", command = { "build/bench/libuv" },
    probe = { "test", "-x", "build/bench/libuv" }, counted = true },
  { id = "lnet-data", label = "lnet 'data'", command = { LUA, "bench/servers/lnet.lua" }, kind = "data",
    probe = has(LUA, "lnet"), counted = true, ours = true },
  { id = "lnet-pipe", label = "lnet pipe", command = { LUA, "bench/servers/lnet.lua" }, kind = "pipe",
    probe = has(LUA, "lnet"), counted = true, ours = true, only = PIPES },
  { id = "luv", label = "luv write", command = { LUA, "bench/servers/luv.lua" }, kind = "write",
    probe = has(LUA, "luv"), counted = true },
  { id = "luv-try", label = "luv try_write", command = { LUA, "bench/servers/luv.lua" }, kind = "try_write",
    probe = has(LUA, "luv"), counted = true },
  { id = "node-data", label = "node 'data'", command = { "node", "bench/servers/node.js" }, kind = "data",
    probe = { "node", "--version" } },
  { id = "node-pipe", label = "node pipe", command = { "node", "bench/servers/node.js" }, kind = "pipe",
    probe = { "node", "--version" }, only = PIPES },
  { id = "bun", label = "Bun.listen", command = { BUN, "bench/servers/bun.js" },
    probe = { BUN, "--version" } },
  { id = "bun-net", label = "bun node:net", command = { BUN, "bench/servers/node.js" }, kind = "data",
    probe = { BUN, "--version" } },
  { id = "cqueues", label = "cqueues", command = { LUA, "bench/servers/cqueues.lua" },
    probe = has(LUA, "cqueues") },
  { id = "copas", label = "copas", command = { LUA_51, "bench/servers/copas.lua" },
    probe = has(LUA_51, "copas"), most = 1000, without = "timed" }, -- it waits with select()
}

plan.reference = "libuv"

local KIB = 1024

-- load: the generator's mode. server: the server's. fresh: connections are not held from round to round
-- (they would time out). unit: what the cost is of. must, aim: lnet's cost
-- relative to the reference, 'data' and pipe; of memory and instructions the figures themselves.
plan.modes = {
  { id = "pingpong-1", title = "ping-pong, 64 B, 1 connection", load = "pingpong", server = "echo",
    connections = 1, size = 64, unit = "request",
    must = { ["lnet-data"] = 1.12 }, aim = { ["lnet-data"] = 1.07 } },
  { id = "pingpong-32", title = "ping-pong, 64 B, 32 connections", load = "pingpong", server = "echo",
    connections = 32, size = 64, unit = "request",
    must = { ["lnet-data"] = 1.20, ["lnet-pipe"] = 1.05 },
    aim = { ["lnet-data"] = 1.13, ["lnet-pipe"] = 1.00 } },
  { id = "pingpong-5000", title = "ping-pong, 64 B, 5,000 connections", load = "pingpong",
    server = "echo", connections = 5000, size = 64, unit = "request",
    must = { ["lnet-data"] = 1.20 }, aim = { ["lnet-data"] = 1.12 } },
  { id = "pingpong-4k", title = "ping-pong, 4 KiB, 32 connections", load = "pingpong",
    server = "echo", connections = 32, size = 4 * KIB, unit = "request", must = {}, aim = {} },
  { id = "pingpong-64k", title = "ping-pong, 64 KiB, 32 connections", load = "pingpong",
    server = "stream", connections = 32, size = 64 * KIB, unit = "request",
    must = { ["lnet-data"] = 1.30, ["lnet-pipe"] = 1.05 },
    aim = { ["lnet-data"] = 1.20, ["lnet-pipe"] = 1.00 } },
  { id = "timed", title = "ping-pong with a timeout, 64 B, 2,000 connections", load = "timed",
    server = "timed", connections = 2000, size = 64, unit = "request", fresh = true,
    must = { ["lnet-data"] = 1.15 }, aim = { ["lnet-data"] = 1.05 } },
  { id = "chop", title = "answers in eight small writes, 32 connections", load = "chop",
    server = "chop", connections = 32, size = 64, unit = "request",
    must = { ["lnet-data"] = 0.40 }, aim = { ["lnet-data"] = 0.25 } },
  { id = "connect", title = "connect, one exchange of 64 B, close", load = "connect",
    server = "echo", connections = 32, size = 64, unit = "connection",
    must = { ["lnet-data"] = 1.15 }, aim = { ["lnet-data"] = 1.05 } },
  { id = "stream", title = "bulk echo, 4 connections", load = "stream", server = "stream",
    connections = 4, unit = "MiB", bulk = true,
    must = { ["lnet-data"] = 1.30, ["lnet-pipe"] = 1.05 },
    aim = { ["lnet-data"] = 1.15, ["lnet-pipe"] = 0.95 } },
  { id = "sink", title = "bulk to the server, 4 connections", load = "sink", server = "sink",
    connections = 4, unit = "MiB", bulk = true,
    must = { ["lnet-data"] = 1.80 }, aim = { ["lnet-data"] = 1.30 } },
  { id = "source", title = "bulk from the server, 4 connections", load = "source", server = "source",
    connections = 4, unit = "MiB", bulk = true,
    must = { ["lnet-data"] = 0.90 }, aim = { ["lnet-data"] = 0.60 } },
  { id = "idle", title = "memory of a held connection, 5,000 of them", load = "idle", server = "echo",
    connections = 5000, size = 64, kind = "memory", unit = "connection",
    must = { ["lnet-data"] = 750 }, aim = { ["lnet-data"] = 560 } },
  { id = "instructions", title = "instructions of a request, 64 B, 1 connection", load = "pingpong",
    server = "echo", connections = 1, size = 64, kind = "instructions", unit = "request",
    operations = { 2000, 12000 },
    must = { ["lnet-data"] = 3000, ["lnet-pipe"] = 950 },
    aim = { ["lnet-data"] = 2300, ["lnet-pipe"] = 750 } },
  { id = "instructions-connect", title = "instructions of a connection with one exchange",
    load = "connect", server = "echo", connections = 32, size = 64, kind = "instructions",
    unit = "connection", operations = { 500, 3500 },
    must = { ["lnet-data"] = 9000 }, aim = { ["lnet-data"] = 6000 } },
}

-- What each bulk connection may hold in the kernel, at both ends and in both directions.
plan.bufferBytes = 128 * KIB

return plan
