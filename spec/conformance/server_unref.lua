-- An unref'd server does not keep the program; ref() takes it back; before and after listen().
local t = require("prelude")
local net, log, setTimeout = t.net, t.log, t.setTimeout

local before = net.createServer()
before:unref()
before:listen(0)
local after = net.createServer()
after:listen(0, function()
  log("both listen", before.listening, after.listening)
  log(after:unref():unref() == after, after:ref() == after)
  setTimeout(function()
    log("the timer is over")
    after:unref()
  end, 30)
end)
after:on("close", function() log("never closed") end)

t.run()
