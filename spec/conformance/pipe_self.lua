-- c:pipe(c), the echo of the page; the end is passed on.
local t = require("prelude")
local net, log, listen, each, tape, watch = t.net, t.log, t.listen, t.each, t.tape, t.watch
local props, later = t.props, t.later

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket)
    local tell = tape(where .. " far")
    watch(tell, socket, "end finish close unpipe pipe")
    tell("returns the destination", socket:pipe(socket) == socket)
    tell(props(socket, "readableFlowing"))
  end, function(to, server)
    local near = net.connect(to)
    local chunks = {}
    near:on("data", function(data) table.insert(chunks, data) end)
    near:on("end", function() log(where, t.join(chunks)) end)
    near:on("close", function() server:close(next) end)
    near:write("one ")
    later(function() near:finish("two") end, 20)
  end)
end)

t.run()
