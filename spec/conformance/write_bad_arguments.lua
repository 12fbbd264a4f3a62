-- What write() and finish() refuse; nothing is sent, the socket goes on.
local t = require("prelude")
local log, pair, watch, props, raises, says = t.log, t.pair, t.watch, t.props, t.raises, t.says

pair("tcp", nil, function(near, far)
  local chunks = {}
  far:on("data", function(data) table.insert(chunks, data) end)
  far:on("end", function() log("received", t.join(chunks)) end)
  watch(log, near, "error close")
  raises("table", function() near:write({}) end)
  raises("true", function() near:write(true) end)
  raises("false", function() near:write(false) end)
  raises("function", function() near:write(function() log("never") end) end)
  raises("encoding", function() near:write("x", "nonsense") end)
  local function never()
    log("never")
  end
  raises("encoding, callback", function() near:write("x", "utf9", never) end)
  raises("finish table", function() near:finish({}) end)
  raises("finish true", function() near:finish(true) end)
  raises("finish encoding", function() near:finish("x", "nonsense") end)
  says("encoding", function() near:write("x", "nonsense") end)
  raises("default encoding", function() near:setDefaultEncoding("nonsense") end)
  says("default encoding", function() near:setDefaultEncoding("nonsense") end)
  raises("setEncoding", function() near:setEncoding("nonsense") end)
  says("setEncoding", function() near:setEncoding("nonsense") end)
  log(props(near, "writable writableEnded writableLength bytesWritten destroyed"))
  near:finish("all is well")
end)

t.run()
