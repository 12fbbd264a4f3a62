-- The same over the life of both sides.
local t = require("prelude")
local pair, each, tape, props, later = t.pair, t.each, t.tape, t.props, t.later

local names = "destroyed closed readable readableEnded readableDidRead readableAborted"
local more = "writable writableEnded writableFinished writableLength readableLength"
each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local function watchState(name, socket)
      local tell = tape(where .. " " .. name)
      local function state(label)
        tell(label, props(socket, names))
        tell(label, props(socket, more))
      end
      state("open")
      for _, event in ipairs({ "data", "end", "finish", "close" }) do
        socket:on(event, function() state(event) end)
      end
      return state
    end
    local nearState = watchState("near", near)
    watchState("far", far)
    near:finish("hello")
    nearState("ended")
    near:on("close", function() later(next, 20) end)
  end)
end)

t.run()
