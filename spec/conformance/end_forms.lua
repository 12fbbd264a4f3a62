-- finish() in every form: data, encoding, callback; the callback before 'finish' is heard.
local t = require("prelude")
local pair, each, tape, watch, props = t.pair, t.each, t.tape, t.watch, t.props
local setImmediate = t.setImmediate

local forms = {
  { "nothing", function(socket) return socket:finish() end },
  { "data", function(socket) return socket:finish("data") end },
  { "data, encoding", function(socket) return socket:finish("ff00", "hex") end },
  { "data, encoding, callback", function(socket, f) return socket:finish("ff01", "hex", f) end },
  { "data, callback", function(socket, f) return socket:finish("data", f) end },
  { "callback", function(socket, f) return socket:finish(f) end },
  { "null, callback", function(socket, f) return socket:finish(nil, f) end },
  { "null, null, callback", function(socket, f) return socket:finish(nil, nil, f) end },
  { "empty", function(socket, f) return socket:finish("", f) end },
}
each(forms, function(form, next)
  pair("tcp", nil, function(near, far)
    watch(tape(form[1] .. " far"), far, "data end finish close")
    local tell = tape(form[1] .. " near")
    watch(tell, near, "finish end close")
    near:resume()
    local same = form[2](near, function(e) tell("callback", e) end) == near
    tell("returns the socket", same, props(near, "writableEnded writableFinished"))
    near:on("close", function() setImmediate(next) end)
  end)
end)

t.run()
