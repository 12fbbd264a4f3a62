-- Many events, and many listeners of one: the order in which they come and go.
local t = require("prelude")
local net, log, EventEmitter = t.net, t.log, t.EventEmitter

local MANY = 40
local function f() end

local function namesOf(e)
  local text = {}
  for i, name in ipairs(e:eventNames()) do text[i] = name .. " " end
  return t.join(text)
end

local function names(title, e)
  e:setMaxListeners(0)
  for i = 1, MANY do e:on(i == 20 and "data" or i == 25 and "close" or "n" .. i, f) end
  log(title, namesOf(e))
  for i = 1, MANY, 3 do e:removeListener("n" .. i, f) end
  e:removeListener("data", f):on("data", f):on("n1", f)
  log(title, namesOf(e))
  e:on("removeListener", function(name) log(title, "gone", name) end)
  e:removeAllListeners("n1")
  e:removeAllListeners()
  log(title, e:eventNames())
end
names("emitter", EventEmitter())
names("server", net.Server())

local function listeners(title, e)
  e:setMaxListeners(0)
  local list = {}
  for i = 1, MANY do list[i] = function(...) log(title, i, ...) end end
  for i = 1, MANY do
    if i % 4 == 0 then e:prependListener("x", list[i])
    elseif i % 4 == 1 then e:once("x", list[i])
    elseif i % 4 == 2 then e:prependOnceListener("x", list[i])
    else e:on("x", list[i]) end
  end
  e:on("x", list[3])
  e:prependListener("x", list[3])
  log(e:listenerCount("x"), e:listenerCount("x", list[3]), e:listenerCount("x", list[5]))
  e:removeListener("x", list[3]):removeListener("x", list[5]):removeListener("x", list[8])
  e:removeListener("x", e:rawListeners("x")[3])
  log(#e:listeners("x"), #e:rawListeners("x"))
  e:on("removeListener", function(name) log(title, "gone", name) end)
  e:emit("x", "first")
  e:emit("x", "second")
  e:removeAllListeners("x")
  log(e:emit("x"), e:eventNames())
end
listeners("emitter", EventEmitter())
listeners("server", net.Server())
listeners("socket", net.Socket():removeAllListeners())

t.run()
