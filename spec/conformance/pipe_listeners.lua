-- What a pipe listens to, as the two sockets tell it: when made, after it, when undone.
local t = require("prelude")
local log, pair, later = t.log, t.pair, t.later

local EVENTS = { "data", "end", "close", "finish", "error", "unpipe", "drain" }

local function counts(label, socket)
  local list = {}
  for i, name in ipairs(EVENTS) do list[i] = socket:listenerCount(name) end
  log(label, table.unpack(list))
end

pair("tcp", nil, function(a, b)
  pair("tcp", nil, function(c, d)
    counts("source", b)
    counts("dest", c)
    b:on("newListener", function(name, listener)
      log("source gets", name, type(listener) == "function")
    end)
    c:on("newListener", function(name, listener)
      log("dest gets", name, type(listener) == "function")
    end)
    b:pipe(c)
    counts("source", b)
    counts("dest", c)
    local names = c:eventNames()
    table.sort(names)
    log("names", table.unpack(names))
    log("same dest again", b:pipe(c, { ["end"] = false }) == c)
    counts("source", b)
    counts("dest", c)
    log("one is undone")
    b:unpipe(c)
    counts("source", b)
    counts("dest", c)
    log("by its listener")
    c:removeListener("unpipe", c:listeners("unpipe")[1])
    counts("dest", c)
    b:unpipe(c)
    counts("source", b)
    counts("dest", c)
    later(function()
      for _, one in ipairs({ a, b, c, d }) do
        one:destroy()
      end
    end, 20)
  end)
end)

t.run()
