-- Methods that the user has put on the sockets are those that a pipe calls.
local t = require("prelude")
local log, pair, later = t.log, t.pair, t.later

-- Others come from inside.
local ONLY = { on = { unpipe = true, drain = true }, emit = { pipe = true, unpipe = true } }

local function own(socket, name, label)
  local before = socket[name]
  socket[name] = function(self, ...)
    local what = type((...)) == "string" and (...) or ""
    if not ONLY[name] or ONLY[name][what] then
      log(label, name == "finish" and "end" or name, what)
    end
    return before(self, ...)
  end
end

pair("tcp", { allowHalfOpen = true }, function(a, b)
  pair("tcp", nil, function(c, d)
    d:on("data", function(data) log("d", data) end)
    own(b, "pause", "source")
    own(b, "unpipe", "source")
    local names = { "on", "once", "prependListener", "removeListener", "emit", "finish" }
    for _, name in ipairs(names) do own(c, name, "dest") end
    log("pipe")
    b:pipe(c)
    log("piped")
    a:write("one")
    later(function()
      a:finish()
      later(function()
        log("end")
        for _, one in ipairs({ a, b, d }) do
          one:destroy()
        end
      end, 30)
    end, 20)
  end)
end)

t.run()
