-- setEncoding: every encoding, characters split between packets.
local t = require("prelude")
local log, pair, each, later, setImmediate = t.log, t.pair, t.each, t.later, t.setImmediate

local bytes = t.bytes("68c3a9e282acf09f988021")
local names = { "utf8", "UTF-8", "hex", "base64", "base64url", "latin1", "binary", "ascii" }
each(names, function(name, next)
  pair("tcp", nil, function(near, far)
    local chunks = {}
    log(name, "chains", far:setEncoding(name) == far, far.readableEncoding)
    far:on("data", function(data) table.insert(chunks, data) end)
    far:on("end", function()
      log(name, t.join(chunks), far.bytesRead)
      setImmediate(next)
    end)
    near:write(bytes)
    later(function()
      near:write(bytes)
      near:finish()
    end, 20)
  end)
end)

t.run()
