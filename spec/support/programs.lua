--- Lua programs of a few lines about sockets, each run in a process of its own: so a crash, a hang
-- or an exit of one fails its test and no other.
local assert = require("luassert")
local child = require("spec.support.child")

local programs = {}

-- Every program begins with this.
local HEAD = [[
local net, timers = require("lnet"), require("lnet.timers")
-- A server that listens on the loopback; `ready` gets its port and the server.
local function serve(listener, ready)
  local server = net.createServer(listener)
  server:listen(0, "127.0.0.1", function() ready(server:address().port, server) end)
  return server
end
-- Prints in one piece what the socket receives, at its end.
local function printAll(socket)
  local chunks = {}
  socket:on("data", function(bytes) chunks[#chunks + 1] = bytes end)
  socket:on("end", function() print(table.concat(chunks)) end)
end
]]

--- Runs the program; returns its result, as child:wait() does.
function programs.run(source)
  return child.program(HEAD .. source):wait()
end

--- Runs the program; it must end well and print just these lines.
function programs.prints(expected, source)
  local result = programs.run(source)
  assert.equal("", result.err)
  assert.equal(expected, result.out)
  assert.equal(0, result.code)
end

return programs
