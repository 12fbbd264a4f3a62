-- The module-wide defaults of autoSelectFamily: what they take, and what they change.
local t = require("prelude")
local net, log, says, each = t.net, t.log, t.says, t.each

local function text(value)
  if value ~= value then return "NaN" end
  if value == math.huge then return "Infinity" end
  return tostring(value)
end
local family = { net.getDefaultAutoSelectFamily, net.setDefaultAutoSelectFamily }
local limit = {
  net.getDefaultAutoSelectFamilyAttemptTimeout, net.setDefaultAutoSelectFamilyAttemptTimeout,
}
log(family[1](), limit[1]())
for _, value in ipairs({ false, true, 0, 1, "true", "" }) do
  says("family " .. text(value), function() log((family[2](value))) end)
  log(family[1]())
end
for _, value in ipairs({ 1, 9, 10, 11, 2147483647, 0, -1, 1.5, 0 / 0, math.huge, 2147483648, "250",
  false }) do
  says("limit " .. text(value), function() log((limit[2](value))) end)
  log(limit[1]())
end
for _, value in ipairs({ 0, 1, "x", "", 0 / 0 }) do
  local options = { port = 1, host = "127.0.0.1", autoSelectFamily = value }
  says("option " .. text(value), function() net.connect(options) end)
end
for _, value in ipairs({ 0, -1, 1.5, "x", "", 0 / 0, math.huge, 2147483648, false }) do
  local options = { port = 1, host = "127.0.0.1", autoSelectFamilyAttemptTimeout = value }
  says("option " .. text(value), function() net.connect(options) end)
end
each({ { false }, { false, true }, { true }, { true, false } }, function(way, next)
  net.setDefaultAutoSelectFamily(way[1])
  local socket = net.connect({
    port = 1,
    host = "some.name",
    autoSelectFamily = way[2],
    lookup = function(_, given, callback)
      log("asked", way[1], way[2], given.all)
      t.setImmediate(function() callback(t.error("not found")) end)
    end,
  })
  socket:on("error", function(e) log(e.message) end)
  socket:on("close", next)
end)

t.run()
