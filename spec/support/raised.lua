--- raised(code, call, ...): calls `call(...)`, which must raise an error object of lnet with this
-- code; returns the object, for its text.
local assert = require("luassert")

return function(code, call, ...)
  local ok, err = pcall(call, ...)
  assert.is_false(ok)
  assert.equal("table", type(err))
  assert.equal(code, err.code)
  return err
end
