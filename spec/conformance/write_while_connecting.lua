-- Writes while connecting wait; their callbacks come after 'connect'.
local t = require("prelude")
local net, log, listen, each, tape, watch = t.net, t.log, t.listen, t.each, t.tape, t.watch
local props, later, nextTick = t.props, t.later, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  local chunks = {}
  listen(where, {}, function(socket)
    socket:on("data", function(data) table.insert(chunks, data) end)
    socket:on("end", function() log(where, "received", t.join(chunks)) end)
  end, function(to, server)
    local tell = tape(where)
    local socket = net.connect(to)
    local names = "writableLength bufferSize bytesWritten"
    watch(tell, socket, "connect ready drain finish close")
    tell(socket:write("one ", function(e) tell("callback 1", e) end), props(socket, names))
    tell(socket:write("two ", function(e) tell("callback 2", e) end), props(socket, names))
    tell(socket:write("three", function(e) tell("callback 3", e) end), props(socket, names))
    socket:on("connect", function()
      tell(props(socket, names))
      nextTick(function() tell("tick in connect") end)
      tell(socket:write(" four", function(e) tell("callback 4", e) end))
      later(function() socket:finish() end, 20)
    end)
    socket:resume()
    socket:on("close", function() server:close(next) end)
  end)
end)

t.run()
