-- destroySoon: at once when finished, else after 'finish'.
local t = require("prelude")
local log, pair, each, tape, watch, props = t.log, t.pair, t.each, t.tape, t.watch, t.props
local later = t.later

each({ "nothing written", "written", "ended" }, function(name, next)
  pair("tcp", nil, function(near, far)
    watch(function(event, value) log(name .. ":", event, value) end, near, "end finish close error")
    local chunks = {}
    far:on("data", function(data) table.insert(chunks, data) end)
    far:on("end", function() tape(name .. " far")(t.join(chunks)) end)
    if name == "written" then near:write("x") end
    if name == "ended" then near:finish("y") end
    near:destroySoon()
    log(name, props(near, "destroyed writableEnded writableFinished"))
    near:on("close", function() later(next, 20) end)
  end)
end)

t.run()
