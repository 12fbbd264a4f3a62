-- resetAndDestroy: RST to the peer, 'close' without error here; not for Unix sockets.
local t = require("prelude")
local net, log, pair, tape, watch, props = t.net, t.log, t.pair, t.tape, t.watch, t.props
local says, later = t.says, t.later

pair("tcp", nil, function(near, far)
  watch(tape("near"), near, "end finish close error")
  watch(tape("far"), far, "end finish close error")
  near:resume()
  far:resume()
  log("returns the socket", near:resetAndDestroy() == near)
  log(props(near, "destroyed"))
end)
later(function()
  pair("unix", nil, function(near, far)
    says("unix", function() near:resetAndDestroy() end)
    log("unix", near.destroyed)
    near:destroy()
    far:destroy()
  end)
end, 50)
local fresh = net.Socket()
watch(function(...) log("fresh", ...) end, fresh, "close error")
log("fresh", fresh:resetAndDestroy() == fresh, fresh.destroyed)

t.run()
