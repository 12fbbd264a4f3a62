--- Refuses an interpreter that cannot run lnet, in one line. So this file and those that users
-- require by name have to be Lua 5.1's language as well.
local version = _VERSION or "Lua 5.4" -- which a sandbox may hide
local number = tonumber(version:match("^Lua (%d+%.%d+)$"))

if number and number < 5.4 then
  local jit = jit -- luacheck: globals jit
  if type(jit) == "table" and jit.version then version = jit.version end
  error("lnet needs Lua 5.4 (this is " .. version .. ")", 0)
end

return true
