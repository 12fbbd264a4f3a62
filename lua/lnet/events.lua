--- EventEmitter for the user's own objects: the same methods as sockets and servers have.
require("lnet.version")
local EventEmitter = require("lnet.core").EventEmitter

--- Makes an emitter. A class of one's own takes the methods over by `__index`.
function EventEmitter.new()
  return setmetatable({}, { __index = EventEmitter })
end

setmetatable(EventEmitter, { __call = EventEmitter.new })

return { EventEmitter = EventEmitter }
