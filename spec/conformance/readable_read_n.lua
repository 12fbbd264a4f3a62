-- read(n): n bytes or nil when fewer are there; the rest at the end.
local t = require("prelude")
local log, pair, each, watch, later = t.log, t.pair, t.each, t.watch, t.later

pair("tcp", nil, function(near, far)
  far:on("readable", function()
    log("readable", far.readableLength)
    log("read(4)", far:read(4), far.readableLength)
    log("read(4)", far:read(4), far.readableLength)
    log("read(0)", far:read(0), far.readableLength)
  end)
  watch(log, far, "end close")
  near:write("0123456789")
  each({ "ab", "cdefg", "!" }, function(text, next)
    later(function()
      near:write(text)
      if text == "!" then
        near:finish()
      else
        next()
      end
    end, 20)
  end)
end)

t.run()
