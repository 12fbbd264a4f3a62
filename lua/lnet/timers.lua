--- setTimeout and its relatives, as node's module of that name.
require("lnet")
local core = require("lnet.core")

return {
  clearImmediate = core.clearImmediate,
  clearInterval = core.clearTimeout,
  clearTimeout = core.clearTimeout,
  setImmediate = core.setImmediate,
  setInterval = core.setInterval,
  setTimeout = core.setTimeout,
}
