local pair = require("spec.support.pair")
local timers = require("lnet.timers")
local within = require("spec.support.within")

local SOON = 30 -- ms; the loopback has delivered by then

-- Sends each of `pieces` alone; returns what 'data' gave on the other side, as a list.
local function read(encoding, pieces)
  local near, far = pair.tcp()
  local got = {}
  near:setNoDelay()
  assert.equal(far, far:setEncoding(encoding))
  far:on("data", function(text) got[#got + 1] = text end)
  near:resume()
  local i = 0
  local function nextPiece()
    i = i + 1
    if i > #pieces then return near:finish() end
    near:write(pieces[i])
    -- The next one leaves once this one has arrived, so that it is a chunk of its own.
    local function arrived()
      local total = 0
      for k = 1, i do
        total = total + #pieces[k]
      end
      if far.bytesRead == total then return nextPiece() end
      timers.setImmediate(arrived)
    end
    arrived()
  end
  nextPiece()
  within(5)
  return got
end

-- Writes `text` with the encoding; returns the bytes that arrive.
local function written(text, encoding)
  local near, far = pair.tcp()
  local got = {}
  far:on("data", function(bytes) got[#got + 1] = bytes end)
  near:resume()
  near:write(text, encoding)
  near:finish()
  within(2)
  return table.concat(got)
end

local names = {
  utf8 = { "utf8", "utf-8", "UTF8", "Utf-8" },
  hex = { "hex", "HEX" },
  base64 = { "base64", "Base64" },
  base64url = { "base64url", "BASE64URL" },
  latin1 = { "latin1", "binary", "LATIN1", "Binary" },
  ascii = { "ascii", "ASCII" },
  utf16le = { "utf16le", "utf-16le", "ucs2", "ucs-2", "UTF-16LE", "UCS2" },
}

-- Bytes and the text (in UTF-8) that each encoding makes of them.
local readings = {
  utf8 = { "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
  hex = { "\0\x01\xab\xff", "0001abff" },
  base64 = { "\xfb\xff\xbe Hi", "+/++IEhp" },
  base64url = { "\xfb\xff\xbe Hi", "-_--IEhp" },
  latin1 = { "h\xe9\xff", "h\xc3\xa9\xc3\xbf" },
  ascii = { "h\xe9i", "hii" }, -- the eighth bit is dropped
  utf16le = { "h\0\xe9\0\x3d\xd8\0\xde", "h\xc3\xa9\xf0\x9f\x98\x80" },
}

-- Texts (in UTF-8) and the bytes that each encoding makes of them.
local writings = {
  utf8 = { "h\xc3\xa9", "h\xc3\xa9" },
  hex = { "0001ABff", "\0\x01\xab\xff" },
  base64 = { "+/++IEhp", "\xfb\xff\xbe Hi" },
  base64url = { "-_--IEhp", "\xfb\xff\xbe Hi" },
  latin1 = { "h\xc3\xa9\xc3\xbf", "h\xe9\xff" },
  ascii = { "h\xc3\xa9", "h\xe9" }, -- as latin1
  utf16le = { "h\xc3\xa9\xf0\x9f\x98\x80", "h\0\xe9\0\x3d\xd8\0\xde" },
}

describe("setEncoding", function()
  after_each(within.clean)

  for encoding, list in pairs(names) do
    for _, name in ipairs(list) do
      it(("%q gives text of the bytes"):format(name), function()
        local bytes, text = table.unpack(readings[encoding])
        assert.equal(text, table.concat(read(name, { bytes })))
      end)
    end
  end

  it("left out is utf8", function()
    assert.equal("h\xc3\xa9", table.concat(read(nil, { "h\xc3\xa9" })))
  end)

  it("not called gives the bytes as they came, valid text or not", function()
    local near, far = pair.tcp()
    local got = {}
    far:on("data", function(bytes) got[#got + 1] = bytes end)
    near:resume()
    near:finish("\xff\xc3")
    within(2)
    assert.equal("\xff\xc3", table.concat(got))
  end)

  it("utf8 never splits a character between two 'data'", function()
    local got = read("utf8", { "a\xe2", "\x82", "\xac", "b\xf0\x9f", "\x98\x80c" })
    assert.same({ "a", "\xe2\x82\xac", "b", "\xf0\x9f\x98\x80c" }, got)
  end)

  it("utf8 gives U+FFFD for what is no UTF-8", function()
    assert.equal("a\xef\xbf\xbdb", table.concat(read("utf8", { "a\xffb" })))
  end)

  it("utf8 gives U+FFFD at the end for a character cut short", function()
    assert.equal("a\xef\xbf\xbd", table.concat(read("utf8", { "a\xe2\x82" })))
  end)

  it("base64 never splits a triple, and pads only at the end", function()
    assert.equal("YWJjZA==", table.concat(read("base64", { "a", "b", "c", "d" })))
    assert.equal("YWI=", table.concat(read("base64", { "a", "b" })))
  end)

  it("base64url does not pad", function()
    assert.equal("YWJjZA", table.concat(read("base64url", { "a", "b", "c", "d" })))
  end)

  it("utf16le never splits a character, a surrogate pair neither", function()
    assert.same({ "h", "\xf0\x9f\x98\x80" }, read("utf16le", { "h\0\x3d\xd8", "\0\xde" }))
    -- Here node v20 gives two halves, which are no UTF-8.
    local got = read("utf16le", { "h", "\0\x3d", "\xd8", "\0", "\xde" })
    assert.same({ "h", "\xf0\x9f\x98\x80" }, got)
  end)

  it("hex gives two digits a byte, also byte by byte", function()
    assert.same({ "00", "ff", "10" }, read("hex", { "\0", "\xff", "\x10" }))
  end)

  it("applies to bytes that were read and not yet given", function()
    local near, far = pair.tcp()
    local got = {}
    near:resume()
    near:write("\xff\0")
    timers.setTimeout(function()
      far:setEncoding("hex")
      far:on("data", function(text) got[#got + 1] = text end)
      near:finish("\x01")
    end, SOON)
    within(2)
    assert.equal("ff0001", table.concat(got))
  end)

  it("leaves bytesRead counting bytes", function()
    local near, far = pair.tcp()
    far:setEncoding("hex")
    far:resume()
    near:resume()
    near:finish("12345")
    within(2)
    assert.equal(5, far.bytesRead)
  end)
end)

describe("write with an encoding", function()
  after_each(within.clean)

  for encoding, list in pairs(names) do
    for _, name in ipairs(list) do
      it(("%q sends bytes of the text"):format(name), function()
        local text, bytes = table.unpack(writings[encoding])
        assert.equal(bytes, written(text, name))
      end)
    end
  end

  it("hex stops at the first pair that is none, as Node does", function()
    assert.equal("\xab", written("abxx12", "hex"))
    assert.equal("\xab", written("abc", "hex"))
    assert.equal("", written("zz", "hex"))
  end)

  it("base64 takes both alphabets, no padding and line breaks", function()
    assert.equal("\xfb\xff\xbe", written("-_--", "base64"))
    assert.equal("\xfb\xff\xbe", written("+/++", "base64url"))
    assert.equal("abcd", written("YWJj\r\nZA", "base64"))
    assert.equal("abcd", written("YWJjZA==", "base64"))
  end)

  it("counts in bytesWritten the bytes, not the text", function()
    local near, far = pair.tcp()
    far:resume()
    near:resume()
    near:write("ffff", "hex")
    assert.equal(2, near.bytesWritten)
    near:finish()
    within(2)
  end)

  it("left out uses the one set by setDefaultEncoding", function()
    local near, far = pair.tcp()
    local got = {}
    far:on("data", function(bytes) got[#got + 1] = bytes end)
    near:resume()
    assert.equal(near, near:setDefaultEncoding("hex"))
    near:write("6162")
    near:write("cd", "utf8")
    near:finish("65")
    within(2)
    assert.equal("abcde", table.concat(got))
  end)

  it("is taken by finish, too", function()
    local near, far = pair.tcp()
    local got = {}
    far:on("data", function(bytes) got[#got + 1] = bytes end)
    near:resume()
    near:finish("ff00", "hex")
    within(2)
    assert.equal("\xff\0", table.concat(got))
  end)
end)
