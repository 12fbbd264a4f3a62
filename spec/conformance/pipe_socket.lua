-- From one socket into another; the destination ends with the source.
local t = require("prelude")
local log, pair, tape, watch, later = t.log, t.pair, t.tape, t.watch, t.later

pair("tcp", nil, function(a, b)
  pair("unix", nil, function(c, d)
    watch(tape("b"), b, "end finish close unpipe pipe")
    watch(tape("c"), c, "pipe unpipe end finish close")
    local chunks = {}
    d:on("data", function(data) table.insert(chunks, data) end)
    d:on("end", function() log("received", t.join(chunks)) end)
    c:resume()
    log(b:pipe(c) == c)
    log("listeners", c:listenerCount("drain"), b:listenerCount("end"))
    a:write("through ")
    later(function() a:finish("two sockets") end, 20)
    a:resume()
  end)
end)

t.run()
