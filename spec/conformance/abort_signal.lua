-- AbortController and AbortSignal by themselves.
local t = require("prelude")
local log, raises, says = t.log, t.raises, t.says
local AbortController, AbortSignal = t.net.AbortController, t.net.AbortSignal

local function reasonOf(signal)
  local r = signal.reason
  log(signal.aborted, r.name, r.code, r.message, tostring(r))
end
local function on(signal, word)
  signal:on("abort", function() log("abort", word) end)
end

local controller = AbortController()
local signal = controller.signal
log(signal.aborted, signal.reason, signal == controller.signal)
signal:throwIfAborted()
on(signal, "first")
on(signal, "second")
controller:abort("why")
log("aborted", signal.aborted, signal.reason)
controller:abort("again")
log(signal.reason)
log("thrown", select(2, pcall(signal.throwIfAborted, signal)))
local plain = AbortController()
plain:abort()
reasonOf(plain.signal)
reasonOf(AbortSignal.abort())
log(AbortSignal.abort("given").reason)
log(AbortSignal.abort(false).reason)

local a = AbortController()
local b = AbortController()
local any = AbortSignal.any({ a.signal, b.signal })
local deep = AbortSignal.any({ any, AbortSignal.any({}) })
on(deep, "deep")
on(any, "any")
on(b.signal, "b")
b:abort("b's")
log(a.signal.aborted, any.aborted, any.reason, deep.reason)
a:abort()
log(any.reason, AbortSignal.any({}).aborted, AbortSignal.any({ a.signal, b.signal }).reason.name)

raises("not made by hand", function() return AbortSignal() end)
says("delay", function() AbortSignal.timeout("x") end)
says("delay", function() AbortSignal.timeout(-1) end)
says("delay", function() AbortSignal.timeout(1.5) end)
says("any", function() AbortSignal.any(5) end)
says("read-only", function() signal.aborted = false end)
says("read-only", function() controller.signal = 1 end)

local timed = AbortSignal.timeout(5)
log(timed.aborted)
on(timed, "timeout")
timed:on("abort", function() reasonOf(timed) end)
t.setTimeout(function() log("end") end, 100)

t.run()
