// What every pair shares, on node's side; prelude.lua is its twin and prints the same text.
"use strict";
const child = require("child_process");
const EventEmitter = require("events");
const fs = require("fs");
const net = require("net");
const os = require("os");
const path = require("path");

const hidden = []; // [pattern, word]: ports and paths differ from run to run
const tapes = [];
const paths = [];

const bytesOf = (text) => {
  let out = "";
  for (const byte of Buffer.from(text)) {
    if (byte >= 32 && byte < 127) out += String.fromCharCode(byte);
    else out += "\\x" + byte.toString(16).padStart(2, "0");
  }
  return out;
};

const scrub = (text) => {
  for (const [pattern, word] of hidden) text = text.replace(pattern, word);
  return text;
};

// name|code|syscall|errno|address|port|message|String(err)
const err = (e) => {
  if (!(e instanceof Error)) return show(e);
  const fields = [e.name, e.code, e.syscall, e.errno, e.address, e.port, e.message, String(e)];
  return fields.map((field) => show(field)).join("|");
};

const show = (value) => {
  if (value === undefined || value === null) return "nil";
  if (typeof value === "string" || value instanceof Uint8Array) return bytesOf(value);
  if (typeof value === "function") return "function";
  if (typeof value !== "object") return String(value);
  if (value instanceof Error) return err(value);
  if (value instanceof EventEmitter) return "emitter";
  if (Array.isArray(value)) {
    return value.length === 0 ? "{}" : "[" + value.map((item) => show(item)).join(", ") + "]";
  }
  const keys = Object.keys(value).filter((key) => value[key] !== undefined && value[key] !== null);
  return "{" + keys.sort().map((key) => key + ": " + show(value[key])).join(", ") + "}";
};

const line = (values) => scrub(values.map((value) => show(value)).join(" "));
const log = (...values) => console.log(line(values));

// A log of its own for one party; all tapes are printed at the end, in the order they were made:
// what two sockets do at the same time has no order of its own.
const tape = (name) => {
  const lines = [];
  tapes.push(lines);
  return (...values) => {
    lines.push(name + ": " + line(values));
  };
};
process.on("exit", () => {
  for (const lines of tapes) for (const text of lines) console.log(text);
});

const hide = (text, word) => {
  const quoted = String(text).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = typeof text === "number" ? "\\b" + quoted + "\\b" : quoted;
  hidden.push([new RegExp(pattern, "g"), word]);
};

const uncaught = (e) => log("uncaught", e);

// Ends each script: the loop runs, errors that nobody caught are logged, and it goes on.
const run = () => process.on("uncaughtException", uncaught);

// Logs each of the events (names with spaces between) with its arguments.
const watch = (to, emitter, names) => {
  for (const name of names.split(" ")) {
    emitter.on(name, (...values) => {
      while (values.length > 0 && (values.at(-1) === undefined || values.at(-1) === null)) {
        values.pop();
      }
      to(name, ...values);
    });
  }
  return emitter;
};

// Name and code of what a call raises; the messages differ where they name a type of the language.
const raises = (label, call) => {
  try {
    call();
    log(label, "ok");
  } catch (e) {
    log(label, e.name + "|" + e.code);
  }
};

// The same with the message.
const says = (label, call) => {
  try {
    call();
    log(label, "ok");
  } catch (e) {
    log(label, e.name + "|" + e.code + "|" + e.message + "|" + String(e));
  }
};

// A path for a Unix socket that nothing has yet.
const newPath = () => {
  const name = path.join(os.tmpdir(), "lnet-" + process.pid + "-" + paths.length);
  paths.push(name);
  hide(name, "PATH");
  return name;
};
process.on("exit", () => paths.forEach((name) => fs.rmSync(name, { force: true })));

// A server on a free port of 127.0.0.1 ("tcp") or on a new path ("unix");
// ready(to, server) gets the options with which one connects to it.
const listen = (where, options, onConnection, ready) => {
  const server = net.createServer(options || {}, onConnection);
  if (where === "unix") {
    const name = newPath();
    server.listen(name, () => ready({ path: name }, server));
  } else {
    server.listen(0, "127.0.0.1", () => {
      const port = server.address().port;
      hide(port, "PORT");
      ready({ port: port, host: "127.0.0.1" }, server);
    });
  }
  return server;
};

// Two connected sockets; ready(near, far) comes once both sides know, from a setImmediate.
// The server is already closed by then. `options`: near and far, options of each side.
const pair = (where, options, ready) => {
  let near;
  let far;
  const both = (server) => {
    if (near && !near.connecting && far) {
      server.close();
      setImmediate(() => ready(near, far));
    }
  };
  const server = listen(where, (options && options.far) || {}, (socket) => {
    far = socket;
    both(server);
  }, (to) => {
    near = net.connect({ ...((options && options.near) || {}), ...to }, () => both(server));
  });
};

// A port of this address that never answers: its queue is full and nobody accepts, for the
// process that listens sleeps. ready(port, stop). The script runs twice: there only this prelude.
const SILENT = 5000; // milliseconds
if (process.argv[2] === "silent") {
  const server = net.createServer().listen({ port: 0, host: process.argv[3], backlog: 1 }, () => {
    process.send(server.address().port, () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SILENT);
      process.exit();
    });
  });
}
const silent = (address, ready) => {
  const sleeper = child.fork(process.argv[1], ["silent", address]);
  sleeper.once("message", (port) => {
    hide(port, "PORT");
    const fillers = [];
    for (let i = 0; i < 4; i++) fillers.push(net.connect(port, address).on("error", () => {}));
    later(() => ready(port, () => {
      fillers.forEach((socket) => socket.destroy());
      sleeper.kill("SIGKILL");
    }), 200);
  });
};

// each(list, step(item, next)): one step after the other; next() starts the following one.
const each = (list, step) => {
  let at = 0;
  const next = () => {
    if (at < list.length) step(list[at++], next);
  };
  next();
};

// Later than all that is under way on the loopback: a time, then some rounds of the loop, so that
// a process that was held up has seen its input before.
const later = (f, ms) => {
  const rounds = (left) => (left === 0 ? f() : setImmediate(rounds, left - 1));
  setTimeout(rounds, ms, 3);
};

// A number of properties of a socket, in this order, as one line.
const props = (object, names) =>
  names.split(" ").map((name) => name + "=" + show(object[name])).join(" ");

module.exports = {
  net,
  log,
  tape,
  run,
  show,
  err,
  hide,
  watch,
  raises,
  says,
  newPath,
  listen,
  pair,
  each,
  later,
  silent,
  isSilent: process.argv[2] === "silent",
  props,
  EventEmitter,
  nextTick: process.nextTick,
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  error: (message) => new Error(message),
  fill: (text, count) => text.repeat(count),
  bytes: (hex) => Buffer.from(hex, "hex"),
  join: (chunks) => (chunks.every((chunk) => typeof chunk === "string") ?
    chunks.join("") : Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)))),
  buffer: (size) => Buffer.alloc(size),
  text: (buffer, count) => buffer.toString("latin1", 0, count),
  AbortController,
  AbortSignal,
  exists: (name) => fs.existsSync(name),
  touch: (name) => fs.writeFileSync(name, ""),
  shell: (command) => child.execSync(command, { encoding: "utf8" }).trim(),
};
