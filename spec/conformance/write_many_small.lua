-- A thousand small writes of one turn: whole, in order, all callbacks in order.
local t = require("prelude")
local log, pair, each = t.log, t.pair, t.each

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local chunks = {}
    local called = 0
    local ordered = true
    for i = 1, 1000 do
      near:write(tostring(i) .. ",", function()
        called = called + 1
        if called ~= i then ordered = false end
      end)
    end
    far:on("data", function(data) table.insert(chunks, data) end)
    far:on("end", function()
      local text = t.join(chunks)
      log(where, #text, called, ordered, near.bytesWritten)
      next()
    end)
    near:finish()
  end)
end)

t.run()
