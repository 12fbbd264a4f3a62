/* How errors are shown. A host such as lua.c prints an error table by its __tostring and adds no
   traceback to it. So __tostring gives `stack` where the message handler of a host calls it, and
   to everybody else the error's text. Source of that text: JavaScript's String(err). */
#include "report.h"
#include <lualib.h>
#include <string.h>

/* Frames that are looked at from either end of the stack: a search through all of a deep one would
   take longer than anybody waits. */
enum { NEAR_FRAMES = 64 };

/* ---- texts ---- */

/* Replaces the value on top by its text. [-1, +1, e] */
static void to_text(lua_State *L) {
  luaL_tolstring(L, -1, NULL);
  lua_remove(L, -2);
}

/* Pushes the code in brackets where node's text has it: not those of the system, nor the one that
   node's C++ gives. The code is on top. [-1, +1, m] */
static void code_to_text(lua_State *L) {
  const char *code = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  if (strncmp(code, "ERR_", 4) == 0 && strcmp(code, "ERR_INVALID_ADDRESS") != 0) {
    lua_pushliteral(L, " [");
    lua_insert(L, -2);
    lua_pushliteral(L, "]");
    lua_concat(L, 3);
  } else {
    lua_pop(L, 1);
    lua_pushliteral(L, "");
  }
}

void lnet_report_push_text(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (lua_getfield(L, idx, "name") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushliteral(L, "Error");
  }
  to_text(L);
  lua_getfield(L, idx, "code");
  code_to_text(L);
  if (lua_getfield(L, idx, "message") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushliteral(L, "");
  }
  to_text(L);
  const bool more = lua_rawlen(L, -1) > 0 || lua_rawlen(L, -2) > 0;
  lua_pushstring(L, more ? ": " : "");
  lua_insert(L, -2);
  lua_concat(L, 4);
}

/* Replaces the value on top by its text with each line of it behind a line feed and indented.
   [-1, +1, e] */
static void indent(lua_State *L) {
  luaL_Buffer out;
  size_t len = 0;
  to_text(L);
  const char *text = lua_tolstring(L, -1, &len);
  luaL_buffinit(L, &out);
  luaL_addstring(&out, "\n    ");
  for (size_t i = 0; i < len; i++) {
    luaL_addchar(&out, text[i]);
    if (text[i] == '\n') luaL_addstring(&out, "    ");
  }
  luaL_pushresult(&out);
  lua_remove(L, -2);
}

/* Adds to the text on top what node shows of an AggregateError that has no message: the code, of
   any kind. The error is at idx. [-0, +0, e] */
static void add_code(lua_State *L, int idx) {
  size_t len = 0;
  const int text = lua_gettop(L);
  lua_getfield(L, idx, "message");
  const bool has_message = lua_tolstring(L, -1, &len) != NULL && len > 0;
  lua_getfield(L, idx, "code");
  const char *code = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  if (has_message) {
    lua_settop(L, text);
  } else if (code == NULL || strncmp(code, "ERR_", 4) == 0) {
    lua_settop(L, text);
    lua_pushliteral(L, ":");
  } else {
    lua_pushfstring(L, " [%s]:", code);
    lua_replace(L, text + 1);
    lua_settop(L, text + 1);
  }
  if (lua_gettop(L) > text) lua_concat(L, 2);
}

void lnet_report_push_details(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  lnet_report_push_text(L, idx);
  const int text = lua_gettop(L);
  if (lua_getfield(L, idx, "errors") == LUA_TTABLE) {
    const lua_Integer count = (lua_Integer)lua_rawlen(L, text + 1);
    lua_insert(L, text);
    add_code(L, idx);
    for (lua_Integer i = 1; i <= count; i++) {
      lua_rawgeti(L, text, i);
      indent(L);
      lua_concat(L, 2);
    }
    lua_replace(L, text);
  }
  lua_settop(L, text);
}

void lnet_report_add_traceback(lua_State *L, int level) {
  lua_pushliteral(L, "\n");
  luaL_traceback(L, L, NULL, level);
  lua_concat(L, 3);
}

void lnet_report_set_stack(lua_State *L) {
  const int error = lua_gettop(L);
  lua_pushliteral(L, "stack");
  if (lua_rawget(L, error) == LUA_TNIL) {
    lua_pushliteral(L, "message");
    lua_rawget(L, error);
    lnet_report_add_traceback(L, 1);
    lua_pushliteral(L, "stack");
    lua_insert(L, -2);
    lua_rawset(L, error);
  }
  lua_settop(L, error);
}

/* ---- who asks ---- */

/* Pushes the function at this level when it is of C. [-0, +0|1, -] */
static bool push_c_function(lua_State *L, lua_State *of, int level, lua_Debug *ar) {
  if (lua_getstack(of, level, ar) == 0 || lua_checkstack(of, 1) == 0) return false;
  lua_getinfo(of, "f", ar);
  if (of != L) lua_xmove(of, L, 1);
  if (lua_iscfunction(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

static bool is_own(lua_State *L, int function, const lnet_ctx *ctx) {
  if (lua_getupvalue(L, function, 1) == NULL) return false;
  const bool own = lua_touserdata(L, -1) == ctx;
  lua_pop(L, 1);
  return own;
}

static bool is_standard(lua_State *L, int function, const lnet_ctx *ctx, int which) {
  const lua_CFunction known = ctx->standard[which];
  return known != NULL && lua_tocfunction(L, function) == known;
}

/* Whether a C function keeps this value in its frame, as one does with the message handler of a
   protected call that it has made. [-0, +0, -] */
static bool frame_has(lua_State *L, const lua_Debug *ar, int value) {
  for (int i = 1; lua_getlocal(L, ar, i) != NULL; i++) {
    const bool same = lua_rawequal(L, -1, value);
    lua_pop(L, 1);
    if (same) return true;
  }
  return false;
}

/* The level of the outermost frame. [-0, +0, -] */
static int last_level(lua_State *L) {
  lua_Debug ar;
  int below = 1, above = 1;
  while (lua_getstack(L, above, &ar) != 0) {
    below = above;
    above *= 2;
  }
  while (below < above) {
    const int middle = (below + above) / 2;
    if (lua_getstack(L, middle, &ar) != 0)
      below = middle + 1;
    else
      above = middle;
  }
  return above - 1;
}

/* Whether the C function at `asker`, which was called by another one, is the message handler of a
   host: a frame that is neither xpcall's nor ours has it. Where there is none it can only be the
   handler of a host that has called Lua from outside of any function. [-0, +0, -] */
static bool is_handler(lua_State *L, const lnet_ctx *ctx, int asker) {
  const int last = last_level(L);
  lua_Debug ar;
  bool outside = L == ctx->main;
  for (int level = 2; level <= last; level++) {
    if (level > NEAR_FRAMES && level <= last - NEAR_FRAMES) level = last - NEAR_FRAMES + 1;
    if (!push_c_function(L, L, level, &ar)) continue;
    const int function = lua_gettop(L);
    const bool candidate = !is_own(L, function, ctx);
    const bool program = is_standard(L, function, ctx, LNET_STANDARD_XPCALL);
    lua_settop(L, function - 1);
    if (candidate && frame_has(L, &ar, asker)) return !program;
    if (level == last) outside = false;
  }
  return outside;
}

/* Whether the function that has called __tostring is a host's, which is about to show the error to
   a person. A program's own call is made by a Lua function, or by one of those that print.
   [-0, +0, -] */
static bool asked_by_host(lua_State *L, const lnet_ctx *ctx) {
  static const int printers[] = {LNET_STANDARD_TOSTRING, LNET_STANDARD_PRINT, LNET_STANDARD_FORMAT};
  const int top = lua_gettop(L);
  lua_Debug ar;
  if (ctx->shut || ctx->depth > 0 || !lua_checkstack(L, LUA_MINSTACK)) return false;
  bool host = push_c_function(L, L, 1, &ar) && push_c_function(L, L, 2, &ar);
  for (size_t i = 0; host && i < sizeof printers / sizeof *printers; i++)
    host = !is_standard(L, top + 1, ctx, printers[i]);
  host = host && !is_standard(L, top + 2, ctx, LNET_STANDARD_PCALL) && is_handler(L, ctx, top + 1);
  lua_settop(L, top);
  return host;
}

/* Pushes the error's `stack`, when it is one. [-0, +0|1, m] */
static bool push_stack(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  lua_pushliteral(L, "stack");
  if (lua_rawget(L, idx) == LUA_TSTRING) return true;
  lua_pop(L, 1);
  return false;
}

/* Protected: the error's text, with the errors in it. [-0, +1, e] */
static int body_details(lua_State *L) {
  lnet_report_push_details(L, 1);
  return 1;
}

/* __tostring of error objects. */
static int l_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (!asked_by_host(L, lnet_ctx_of(L))) {
    lnet_report_push_text(L, 1);
    return 1;
  }
  if (push_stack(L, 1)) return 1;
  lua_pushcfunction(L, body_details); /* a handler that raises shows nothing at all */
  lua_pushvalue(L, 1);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK || lua_type(L, -1) != LUA_TSTRING) {
    lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    lua_replace(L, -2);
  }
  lnet_report_add_traceback(L, 2);
  return 1;
}

/* __concat of error objects, which are one of the two at least. */
static int l_concat(lua_State *L) {
  lua_settop(L, 2);
  const lnet_ctx *ctx = lnet_ctx_of(L);
  for (int i = 1; i <= 2; i++) {
    if (lua_isstring(L, i)) continue;
    if (lua_getmetatable(L, i) == 0 || lua_topointer(L, -1) != ctx->error_meta)
      return luaL_error(L, "attempt to concatenate a %s value", luaL_typename(L, i));
    lnet_report_push_text(L, i);
    lua_replace(L, i);
    lua_settop(L, 2);
  }
  lua_concat(L, 2);
  return 1;
}

/* ---- error tables of the user's own ---- */

/* __tostring in a metatable that was put on an error table. Upvalues: the context; the metatable's
   own __tostring, or nil. */
static int l_tostring_foreign(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  if (lua_istable(L, 1) && asked_by_host(L, lnet_ctx_of(L)) && push_stack(L, 1)) return 1;
  if (!lua_isnil(L, lua_upvalueindex(2))) {
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
  }
  const bool named = luaL_getmetafield(L, 1, "__name") == LUA_TSTRING; /* as luaL_tolstring */
  lua_pushfstring(L, "%s: %p", named ? lua_tostring(L, -1) : luaL_typename(L, 1),
                  lua_topointer(L, 1));
  return 1;
}

/* Who gets an error that is raised now. */
enum catcher { CAUGHT_BY_HOST, CAUGHT_BY_PROGRAM, CAUGHT_BY_HANDLER };

/* What the C function on top, in the path of an error, does with it. [-1, +0, -] */
static enum catcher catcher_of(lua_State *L, const lnet_ctx *ctx) {
  static const int passing[] = {LNET_STANDARD_DOFILE, LNET_STANDARD_REQUIRE, LNET_STANDARD_WRAPPED};
  enum catcher catcher = CAUGHT_BY_PROGRAM; /* what is not known may be a protected call */
  const int function = lua_gettop(L);
  if (is_standard(L, function, ctx, LNET_STANDARD_XPCALL)) catcher = CAUGHT_BY_HANDLER;
  if (is_own(L, function, ctx)) catcher = CAUGHT_BY_HOST;
  for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
    if (is_standard(L, function, ctx, passing[i])) catcher = CAUGHT_BY_HOST;
  lua_pop(L, 1);
  return catcher;
}

/* Who gets an error that passes the frames of this thread from `level` on. [-0, +0, -] */
static enum catcher find_catcher(lua_State *L, lua_State *of, const lnet_ctx *ctx, int level) {
  lua_Debug ar;
  for (; lua_getstack(of, level, &ar) != 0; level++) {
    if (level > NEAR_FRAMES) return CAUGHT_BY_PROGRAM;
    if (!push_c_function(L, of, level, &ar)) continue;
    const enum catcher catcher = catcher_of(L, ctx);
    const bool outermost = lua_getstack(of, level + 1, &ar) == 0;
    if (catcher != CAUGHT_BY_HOST)
      return outermost && of == ctx->main && catcher == CAUGHT_BY_PROGRAM ? CAUGHT_BY_HOST
                                                                          : catcher;
  }
  if (of == ctx->main) return CAUGHT_BY_HOST;
  /* A coroutine passes its errors on when the one below that resumes it is coroutine.wrap's. */
  if (!push_c_function(L, ctx->main, 0, &ar)) return CAUGHT_BY_PROGRAM;
  const bool wrapped = is_standard(L, lua_gettop(L), ctx, LNET_STANDARD_WRAPPED);
  lua_pop(L, 1);
  return wrapped ? find_catcher(L, ctx->main, ctx, 1) : CAUGHT_BY_PROGRAM;
}

/* Gives the table on top a metatable with our __tostring: a copy of the one that it has, so that
   its class is not changed. [-0, +0, m] */
static void set_metatable(lua_State *L, const lnet_ctx *ctx) {
  const int error = lua_gettop(L);
  if (lua_getmetatable(L, error) == 0) lua_newtable(L);
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, error + 1) != 0;) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, error + 2);
  }
  lua_pushliteral(L, "__tostring");
  lua_pushlightuserdata(L, (void *)ctx);
  lua_pushliteral(L, "__tostring");
  lua_rawget(L, error + 1);
  lua_pushcclosure(L, l_tostring_foreign, 2);
  lua_rawset(L, error + 2);
  lua_setmetatable(L, error);
  lua_settop(L, error);
}

void lnet_report_prepare(lua_State *L, const lnet_ctx *ctx) {
  if (!lua_istable(L, -1) || !lua_checkstack(L, LUA_MINSTACK)) return;
  const int error = lua_gettop(L);
  lua_pushliteral(L, "message");
  const bool is_error = lua_rawget(L, error) == LUA_TSTRING;
  const bool classed = lua_getmetatable(L, error) != 0;
  const bool ours = classed && lua_topointer(L, -1) == ctx->error_meta;
  lua_settop(L, error);
  if (!is_error || ours) return;
  lnet_report_set_stack(L);
  const enum catcher catcher = find_catcher(L, L, ctx, 0);
  if (catcher == CAUGHT_BY_HOST || (catcher == CAUGHT_BY_PROGRAM && !classed))
    set_metatable(L, ctx);
}

/* ---- at load ---- */

/* Notes the C function on top, if it is one. [-1, +0, -] */
static void note(lua_State *L, lnet_ctx *ctx, int which) {
  ctx->standard[which] = lua_tocfunction(L, -1);
  lua_pop(L, 1);
}

/* Makes a coroutine and notes the function that resumes it. [-0, +0, m] */
static void note_wrapped(lua_State *L, lnet_ctx *ctx) {
  const int top = lua_gettop(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, LUA_COLIBNAME) == LUA_TTABLE) {
    lua_getfield(L, -1, "wrap");
    const bool known = lua_iscfunction(L, -1);
    lua_pushcfunction(L, body_details);
    if (known && lua_pcall(L, 1, 1, 0) == LUA_OK) note(L, ctx, LNET_STANDARD_WRAPPED);
  }
  lua_settop(L, top);
}

void lnet_report_init(lua_State *L, lnet_ctx *ctx) {
  static const struct {
    const char *library, *name;
    int which;
  } functions[] = {
      {LUA_GNAME, "tostring", LNET_STANDARD_TOSTRING},  {LUA_GNAME, "print", LNET_STANDARD_PRINT},
      {LUA_STRLIBNAME, "format", LNET_STANDARD_FORMAT}, {LUA_GNAME, "pcall", LNET_STANDARD_PCALL},
      {LUA_GNAME, "xpcall", LNET_STANDARD_XPCALL},      {LUA_GNAME, "dofile", LNET_STANDARD_DOFILE},
      {LUA_GNAME, "require", LNET_STANDARD_REQUIRE},
  };
  static const luaL_Reg metamethods[] = {
      {"__tostring", l_tostring}, {"__concat", l_concat}, {NULL, NULL}};
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (lua_getfield(L, -1, functions[i].library) == LUA_TTABLE) {
      lua_pushstring(L, functions[i].name);
      lua_rawget(L, -2);
      note(L, ctx, functions[i].which);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  note_wrapped(L, ctx);
  luaL_newmetatable(L, "lnet.Error");
  lnet_ctx_setfuncs(L, ctx, metamethods);
  lua_pushliteral(L, "lnet.Error");
  lua_setfield(L, -2, "__name");
  ctx->error_meta = lua_topointer(L, -1);
}
