/* Other processes: uv_spawn, signals, and this one's environment. */
#ifndef LNET_PROCESS_H
#define LNET_PROCESS_H

#include "ctx.h"

/* core.spawn(options, channel, onExit): process, 0, pid; or nil and libuv's code. `options`: file,
   args and env (sequences), cwd, stdio (of three: a descriptor or false). The channel, if there is
   one, is the child's descriptor 3. onExit(code, signal) comes once. */
int lnet_l_spawn(lua_State *L);

/* core.environment(): a table of this process's variables. */
int lnet_l_environment(lua_State *L);

/* core.takeVariable(name): its value, and removes it, so that no child inherits it. */
int lnet_l_takeVariable(lua_State *L);

/* core.hasVariable(name): whether this process has it. */
int lnet_l_hasVariable(lua_State *L);

/* core.exit(code): ends this process as os.exit does, which a program may have taken away. */
int lnet_l_exit(lua_State *L);

/* core.execPath(): the file that this process runs, or nil. */
int lnet_l_execPath(lua_State *L);

/* Makes the class, and puts signals (name -> number) into the table on top. [-0, +0, m] */
void lnet_process_init(lua_State *L, lnet_ctx *ctx);

#endif
