// AbortController and AbortSignal by themselves.
"use strict";
const t = require("./prelude");
const { log, raises, says } = t;

const reasonOf = (signal) => {
  const r = signal.reason;
  log(signal.aborted, r.name, r.code, r.message, String(r));
};
const on = (signal, word) => signal.addEventListener("abort", () => log("abort", word));

const controller = new AbortController();
const { signal } = controller;
log(signal.aborted, signal.reason, signal === controller.signal);
signal.throwIfAborted();
on(signal, "first");
on(signal, "second");
controller.abort("why");
log("aborted", signal.aborted, signal.reason);
controller.abort("again");
log(signal.reason);
try {
  signal.throwIfAborted();
} catch (e) {
  log("thrown", e);
}
const plain = new AbortController();
plain.abort();
reasonOf(plain.signal);
reasonOf(AbortSignal.abort());
log(AbortSignal.abort("given").reason);
log(AbortSignal.abort(false).reason);

const a = new AbortController();
const b = new AbortController();
const any = AbortSignal.any([a.signal, b.signal]);
const deep = AbortSignal.any([any, AbortSignal.any([])]);
on(deep, "deep");
on(any, "any");
on(b.signal, "b");
b.abort("b's");
log(a.signal.aborted, any.aborted, any.reason, deep.reason);
a.abort();
log(any.reason, AbortSignal.any([]).aborted, AbortSignal.any([a.signal, b.signal]).reason.name);

raises("not made by hand", () => new AbortSignal());
says("delay", () => AbortSignal.timeout("x"));
says("delay", () => AbortSignal.timeout(-1));
says("delay", () => AbortSignal.timeout(1.5));
says("any", () => AbortSignal.any(5));
says("read-only", () => { signal.aborted = false; });
says("read-only", () => { controller.signal = 1; });

const timed = AbortSignal.timeout(5);
log(timed.aborted);
on(timed, "timeout");
timed.addEventListener("abort", () => reasonOf(timed));
setTimeout(() => log("end"), 100);

t.run();
