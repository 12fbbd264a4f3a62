-- isIP on what is no text.
local t = require("prelude")
local net, log = t.net, t.log

log(net.isIP(), net.isIPv4(), net.isIPv6())
log(net.isIP(nil), net.isIP(true), net.isIP(false), net.isIP(127), net.isIP(1.5))
log(net.isIP({}), net.isIP(function() log("never") end))

t.run()
