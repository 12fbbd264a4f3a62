--- What node v20 shows of its libuv, although the one that is linked may be older.
local core = require("lnet.core")

describe("errors of the system", function()
  it("have the names and texts of all that Linux has", function()
    local ENODATA, EUNATCH, EPIPE = -61, -49, -32 -- Linux's
    local data = core.systemError(ENODATA, "read")
    assert.equal("ENODATA", data.code)
    assert.equal("read ENODATA", data.message)
    assert.equal(ENODATA, data.errno)
    assert.equal("ENODATA", core.errorName(ENODATA))
    assert.equal("no data available", core.errorText(ENODATA))
    assert.equal("EUNATCH", core.errorName(EUNATCH))
    assert.equal("protocol driver not attached", core.errorText(EUNATCH))
    assert.equal("EPIPE", core.errorName(EPIPE))
    assert.equal("broken pipe", core.errorText(EPIPE))
  end)
end)
