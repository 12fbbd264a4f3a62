-- unpipe(dest) stops the flow; what comes then waits; pipe() again goes on.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("tcp", nil, function(a, b)
  pair("tcp", nil, function(c, d)
    watch(log, c, "pipe unpipe")
    watch(log, b, "pause")
    d:on("data", function(data) log("d", data) end)
    b:pipe(c)
    a:write("one")
    later(function()
      log("chains", b:unpipe(c) == b, props(b, "readableFlowing"), b:isPaused())
      a:write("two")
      later(function()
        log("waits", b.readableLength)
        log("no such destination", b:unpipe(d) == b)
        b:pipe(c)
        later(function()
          log("all", b:unpipe() == b, b.readableFlowing)
          log("none", b:unpipe() == b)
          for _, one in ipairs({ a, b, c, d }) do
            one:destroy()
          end
        end, 20)
      end, 20)
    end, 20)
  end)
end)

t.run()
