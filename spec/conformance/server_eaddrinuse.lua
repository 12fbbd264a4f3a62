-- Address in use: 'error' with every field, no 'close', and the server can listen later.
local t = require("prelude")
local net, log, listen, each, watch = t.net, t.log, t.listen, t.each, t.watch

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, nil, function(to, first)
    local second = net.createServer()
    watch(function(...) log(where, ...) end, second, "listening close")
    local tries = 0
    second:on("error", function(e)
      log(where, "error", e)
      log(where, "listening", second.listening)
      tries = tries + 1
      if tries == 1 then
        first:close(function() second:listen(to) end)
      end
    end)
    second:on("listening", function()
      second:close(next)
    end)
    second:listen(to)
    log(where, "called", second.listening)
  end)
end)

t.run()
