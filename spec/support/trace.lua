--- Writes down what happens, in order.
local trace = {}
trace.__index = trace

function trace.new()
  return setmetatable({ list = {} }, trace)
end

function trace:add(text)
  self.list[#self.list + 1] = text
end

--- A function that adds `text` when it is called.
function trace:adder(text)
  return function() self:add(text) end
end

--- Adds "prefix name" whenever `emitter` emits one of `names`; no prefix: just the name.
function trace:watch(emitter, names, prefix)
  for _, name in ipairs(names) do
    emitter:on(name, self:adder(prefix and prefix .. " " .. name or name))
  end
  return emitter
end

--- How often `text` was added.
function trace:count(text)
  local n = 0
  for _, entry in ipairs(self.list) do
    if entry == text then n = n + 1 end
  end
  return n
end

return trace
