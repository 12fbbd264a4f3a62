-- Listeners of newListener and removeListener that add, remove and raise; those of once that emit
-- the event that they are called by.
local t = require("prelude")
local net, log, raises, EventEmitter = t.net, t.log, t.raises, t.EventEmitter

local function each(title, make)
  local function say(...) log(title, ...) end
  local function f() say("f") end
  local function g() say("g") end

  local e = make()
  local added = 0
  e:on("newListener", function(name)
    say("new", name, e:listenerCount("x"))
    added = added + (name == "x" and 1 or 0)
    if name == "x" and added < 4 then e:on("x", g) end
  end)
  e:on("x", f)
  e:emit("x")
  say(e:eventNames())

  e = make()
  e:on("newListener", function(name, listener)
    if name == "y" then e:removeListener("x", f) end
    if name == "x" and listener == f then e:prependListener("x", g) end
  end)
  e:on("x", f):on("y", f)
  e:emit("x")
  say(e:listenerCount("x"), e:listenerCount("y"))

  e = make()
  e:on("newListener", function() error(t.error("refused")) end)
  raises(title .. " on", function() e:on("x", f) end)
  raises(title .. " once", function() e:once("x", f) end)
  raises(title .. " prepend", function() e:prependListener("x", f) end)
  say(e:listenerCount("x"), e:eventNames())

  e = make():on("x", f):on("x", g):once("x", f)
  e:on("removeListener", function() error(t.error("kept")) end)
  raises(title .. " off", function() e:removeListener("x", g) end)
  raises(title .. " emit", function() e:emit("x") end)
  raises(title .. " all", function() e:removeAllListeners("x") end)
  say(e:listenerCount("x"))

  e = make():on("x", f):on("x", g)
  e:on("removeListener", function(name, listener)
    say("gone", name, listener == f)
    if listener == g then e:on("x", g) end
  end)
  e:removeListener("x", g)
  e:removeAllListeners("x")
  e:emit("x")
  say(e:listenerCount("x"), e:eventNames())

  e = make()
  local depth = 0
  e:once("x", function()
    depth = depth + 1
    say("once", depth, e:emit("x"), e:listenerCount("x"))
    if depth < 3 then e:once("x", function() say("next", e:emit("x")) end) end
  end)
  e:on("x", function() say("on", depth) end)
  e:emit("x")
  e:emit("x")

  e = make()
  e:once("x", function() error(t.error("raised")) end)
  e:once("x", f)
  raises(title .. " once raises", function() e:emit("x") end)
  say(e:listenerCount("x"), e:emit("x"), e:emit("x"))

  e = make()
  e:on("error", function(err) say("error", err.message) end)
  e:once("error", function() error(t.error("in error")) end)
  raises(title .. " error", function() e:emit("error", t.error("first")) end)
  e:emit("error", t.error("second"))

  e = make()
  local wrapper = e:once("x", f):rawListeners("x")[1]
  e:on("y", wrapper):once("x", wrapper)
  e:emit("y")
  say(e:listenerCount("x"), e:listenerCount("y"))
  e:emit("x")
  e:emit("y")
  say(e:listenerCount("x"), e:listenerCount("y"), e:listenerCount("x", f))

  e = make():on("removeListener", f):on("x", g)
  e:removeAllListeners("removeListener"):removeAllListeners()
  say(e:eventNames())
end

each("emitter", function() return EventEmitter() end)
each("server", function() return net.Server() end)
each("socket", function() return net.Socket():removeAllListeners() end)

t.run()
