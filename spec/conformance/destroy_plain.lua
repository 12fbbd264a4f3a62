-- destroy() without an error: state at once, 'close' later, nothing else.
local t = require("prelude")
local log, pair, each, tape, watch, props = t.log, t.pair, t.each, t.tape, t.watch, t.props
local later, nextTick = t.later, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local names = "destroyed closed readable writable pending readyState errored"
    local function tell(...)
      log(where, ...)
    end
    watch(tell, near, "data end finish close error")
    watch(tape(where .. " far"), far, "end finish close error")
    far:resume()
    nextTick(function() tell("tick before") end)
    tell("returns the socket", near:destroy() == near)
    tell(props(near, names))
    nextTick(function() tell("tick after", props(near, "closed")) end)
    tell("again", near:destroy(t.error("ignored")) == near)
    near:on("close", function()
      tell(props(near, names))
      later(next, 20)
    end)
  end)
end)

t.run()
