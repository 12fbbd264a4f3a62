-- The forms of write() and what they return; empty chunks.
local t = require("prelude")
local log, pair = t.log, t.pair

pair("tcp", nil, function(near, far)
  local chunks = {}
  far:on("data", function(data) table.insert(chunks, data) end)
  far:on("end", function() log("received", t.join(chunks)) end)
  log(near:write("plain "))
  log(near:write("utf8 ", "utf8"))
  log(near:write("6865782020", "hex"))
  log(near:write("callback ", function() log("callback 1") end))
  log(near:write("both ", "utf8", function() log("callback 2") end))
  log(near:write("null ", nil, function() log("callback 3") end))
  log(near:write("", function() log("callback of nothing") end))
  log(near:write(""))
  log(near:write(t.bytes("00ff80")))
  near:finish()
end)

t.run()
