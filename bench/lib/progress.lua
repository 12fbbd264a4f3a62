--- Says on standard error how far the run is: one line that changes on a terminal, a line for each
-- mode elsewhere.
local progress = {}

local WIDTH = 100 -- characters; longer lines would wrap
local onTerminal = os.execute("test -t 2") == true
local started = os.time()
local last

--- `done` of `total` steps are done, `mode` is measured, now `what`.
function progress.show(done, total, mode, what)
  local line = ("%3d%%  %d s  %s"):format(done * 100 // total, os.time() - started, mode)
  if onTerminal then
    io.stderr:write("\r", ("%s: %s"):format(line, what):sub(1, WIDTH), "\27[K")
  elseif mode ~= last then
    io.stderr:write(line, "\n")
  end
  last = mode
end

--- A line that stays.
function progress.note(text)
  io.stderr:write(onTerminal and "\r" or "", text, onTerminal and "\27[K\n" or "\n")
end

function progress.done()
  progress.note(("done after %d s"):format(os.time() - started))
end

return progress
