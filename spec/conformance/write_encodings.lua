-- Every encoding of write(), in any letter case.
local t = require("prelude")
local log, pair, each = t.log, t.pair, t.each

local texts = {
  { "héllo €", "utf8" },
  { "héllo €", "UTF-8" },
  { "68656C6c6f", "hex" },
  { "68656", "Hex" },
  { "68zz65", "hex" },
  { "aGVsbG8=", "base64" },
  { "aGVsbG8", "BASE64" },
  { "a-_9", "base64" },
  { "aGV sbG8=", "base64" },
  { "aGVsbG8", "base64url" },
  { "-_-_", "base64URL" },
  { "héllo ÿ", "latin1" },
  { "héllo €", "latin1" },
  { "héllo", "binary" },
  { "héllo", "ascii" },
  { "hé", "ucs2" },
  { "h€", "UCS-2" },
  { "hé", "utf16le" },
  { "😀", "utf-16le" },
}
pair("tcp", nil, function(near, far)
  each(texts, function(text, next)
    far:once("data", function(data)
      log(text[2], data)
      if text[2] == "utf-16le" then
        near:finish()
      else
        next()
      end
    end)
    near:write(text[1], text[2])
  end)
end)

t.run()
