--- What is the same for every kind of emitter is tested with each of these: its name, and a
-- function that makes one.
local events = require("lnet.events")
local net = require("lnet")

return {
  ["events.EventEmitter()"] = function() return events.EventEmitter() end,
  ["net.Socket()"] = function() return net.Socket() end,
  ["net.Server()"] = function() return net.Server() end,
}
