-- Names of events that are no text.
local t = require("prelude")
local net, log, EventEmitter = t.net, t.log, t.EventEmitter

for _, e in ipairs({ EventEmitter(), net.Server(), net.Socket():removeAllListeners() }) do
  local function heard(name)
    return function() log("heard", name) end
  end
  e:on(true, heard("true")):on(false, heard("false")):on(1, heard("one")):on(2.5, heard("half"))
  e:on(-0.0, heard("zero")):on("", heard("empty"))
  log(e:emit("true"), e:emit("false"), e:emit("1"), e:emit(1.0), e:emit("2.5"), e:emit(0))
  log(e:emit(""), e:emit("0"), e:emit(-0.0), e:emit(3), e:emit("1.0"))
  log(e:listenerCount(1), e:listenerCount("true"), type(e:eventNames()[1]))
  e:removeAllListeners(true):removeAllListeners(1):removeAllListeners("2.5")
  log(e:emit(true), e:emit(1), e:emit(2.5), e:emit(false))
end

t.run()
