-- pipe(dest, { end: false }) leaves the destination open.
local t = require("prelude")
local log, pair, tape, watch, props, later = t.log, t.pair, t.tape, t.watch, t.props, t.later

pair("tcp", nil, function(a, b)
  pair("tcp", nil, function(c, d)
    local chunks = {}
    d:on("data", function(data) table.insert(chunks, data) end)
    d:on("end", function() log("received", t.join(chunks)) end)
    watch(tape("c"), c, "pipe unpipe finish close")
    b:pipe(c, { ["end"] = false })
    a:finish("first ")
    a:resume()
    b:on("end", function()
      later(function()
        log(props(c, "writable destroyed"))
        c:finish("last")
      end, 20)
    end)
  end)
end)

t.run()
