--- Where the benchmark runs: what stands under its figures.
local process = require("bench.lib.process")

local machine = {}

local SECONDS = 20 -- of a command that only says its version

local function file(path)
  local handle = io.open(path)
  if not handle then return "" end
  local text = handle:read("a")
  handle:close()
  return text
end

local function say(...)
  local printed = process.run({ ... }, SECONDS)
  return printed and printed:match("^%s*(.-)%s*$")
end

--- The last core that this process may use.
function machine.lastCore()
  return tonumber(file("/proc/self/status"):match("Cpus_allowed_list:[^\n]-(%d+)\n"))
end

function machine.describe()
  local _, cores = file("/proc/cpuinfo"):gsub("\nprocessor", "")
  return {
    cpu = file("/proc/cpuinfo"):match("model name%s*: ([^\n]*)") or "unknown",
    cores = cores + 1,
    kernel = say("uname", "-sr"),
    system = file("/etc/os-release"):match('PRETTY_NAME="([^"]*)"') or "unknown",
    date = os.date("!%Y-%m-%d"),
  }
end

-- Commands that print a version.
local commands = {
  libuv = { "pkg-config", "--modversion", "libuv" },
  luv = { "lua5.4", "-e", "io.write(require('luv').version_string())" },
  lnet = { "git", "describe", "--always", "--dirty" },
  lua = { "lua5.4", "-v" },
  node = { "node", "--version" },
  bun = { "build/bench/node_modules/@oven/bun-linux-x64/bin/bun", "--version" },
  cqueues = { "lua5.4", "-e", "io.write(require('cqueues').VERSION)" },
  copas = { "lua5.1", "-e", "io.write(require('copas')._VERSION:match('[%d.]+'))" },
  gcc = { "gcc", "-dumpfullversion" },
}

--- Name -> version, of what is there.
function machine.versions()
  local versions = {}
  for name, command in pairs(commands) do
    versions[name] = say(table.unpack(command))
  end
  if versions.lua then versions.lua = versions.lua:match("Lua ([%d.]+)") end
  return versions
end

--- What stands under the figures, in lines.
function machine.lines(results)
  local where, v = results.machine, results.versions
  local function of(name)
    return v[name] or "-"
  end
  return {
    ("%s, %d cores; %s; %s; %s; medians of %d rounds of %d ms."):format(where.cpu, where.cores,
      where.kernel, where.system, where.date, results.rounds, results.measureMs),
    ("libuv %s, gcc %s; lnet %s, luv %s and cqueues %s on Lua %s;"):format(of("libuv"), of("gcc"),
      of("lnet"), of("luv"), of("cqueues"), of("lua"))
      .. (" copas %s on Lua 5.1; Node %s; Bun %s."):format(of("copas"), of("node"), of("bun")),
  }
end

return machine
