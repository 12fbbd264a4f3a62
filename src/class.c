/* Classes of our userdata. A field that the user has set comes first, so that methods can be
   replaced on one object as in JavaScript; then the class: a method, or a property's number. */
#include "class.h"
#include "error.h"

static const char class_key = 0; /* where each metatable has its class's spec */

/* Upvalues of the lookups: class table, spec, table of the properties' numbers. */
enum { UP_CLASS = 1, UP_SPEC = 2, UP_PROPERTIES = 3 };

/* __index of an object that has no fields of the user's. */
LNET_HOT static int l_index_bare(lua_State *L) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(UP_CLASS)) != LUA_TNIL) return 1;
  lua_settop(L, 2);
  if (lua_rawget(L, lua_upvalueindex(UP_PROPERTIES)) == LUA_TNIL) return 1;
  const lnet_class_spec *spec = lua_touserdata(L, lua_upvalueindex(UP_SPEC));
  if (!lnet_class_fits(L, 1, spec)) return lnet_error_raise_this(L, spec->name);
  return spec->get(L, lua_touserdata(L, 1), (int)(lua_tointeger(L, 2) >> 1));
}

static int l_index(lua_State *L) {
  if (lua_type(L, 1) == LUA_TUSERDATA && lua_getiuservalue(L, 1, LNET_UV_MORE) == LUA_TTABLE &&
      lua_rawgeti(L, -1, LNET_MORE_FIELDS) == LUA_TTABLE) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) return 1;
  }
  lua_settop(L, 2);
  return l_index_bare(L);
}

/* Making a table may run a finalizer of the user's, which may come to need the same one: so both
   of the following look again before they put theirs in place. */

void lnet_class_more(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  if (lua_getiuservalue(L, idx, LNET_UV_MORE) == LUA_TTABLE) return;
  lua_newtable(L);
  lua_replace(L, -2);
  const int type = lua_getiuservalue(L, idx, LNET_UV_MORE);
  if (type == LUA_TTABLE) {
    lua_replace(L, -2);
    return;
  }
  if (type == LUA_TNIL)
    lua_pop(L, 1);
  else
    lua_rawseti(L, -2, LNET_MORE_ONLY);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, idx, LNET_UV_MORE);
}

void lnet_class_part(lua_State *L, int idx, lua_Integer key) {
  lnet_class_more(L, idx);
  if (lua_rawgeti(L, -1, key) != LUA_TTABLE) {
    lua_newtable(L);
    lua_replace(L, -2);
    if (lua_rawgeti(L, -2, key) == LUA_TTABLE) {
      lua_replace(L, -2);
    } else {
      lua_pop(L, 1);
      lua_pushvalue(L, -1);
      lua_rawseti(L, -3, key);
    }
  }
  lua_remove(L, -2);
}

void lnet_class_forget(lua_State *L, int idx, lua_Integer key) {
  if (lua_getiuservalue(L, idx, LNET_UV_MORE) == LUA_TTABLE) {
    lua_pushnil(L);
    lua_rawseti(L, -2, key);
  }
  lua_pop(L, 1);
}

/* Puts the value at 3 into the user's fields. [-0, +0, m] */
static void set_field(lua_State *L) {
  lnet_class_part(L, 1, LNET_MORE_FIELDS);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, -3);
  const lnet_class_spec *spec = lua_touserdata(L, lua_upvalueindex(UP_SPEC));
  if (spec->field_set != NULL) spec->field_set(L, lua_touserdata(L, 1));
}

static int l_newindex(lua_State *L);

bool lnet_class_is_lookup(lua_CFunction function) {
  return function == l_index || function == l_index_bare || function == l_newindex;
}

static int l_newindex(lua_State *L) {
  const lnet_class_spec *spec = lua_touserdata(L, lua_upvalueindex(UP_SPEC));
  if (!lnet_class_fits(L, 1, spec)) return lnet_error_raise_this(L, spec->name);
  if (lua_isnil(L, 2)) return luaL_error(L, "index is nil");
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(UP_PROPERTIES)) == LUA_TNIL) {
    lua_settop(L, 3);
    set_field(L);
    return 0;
  }
  const lua_Integer entry = lua_tointeger(L, -1);
  lua_settop(L, 3);
  if ((entry & 1) == 0)
    return lnet_error_raise(L, "TypeError", NULL,
                            "Cannot set property %s of #<%s> which has only a getter",
                            lua_tostring(L, 2), spec->name);
  spec->set(L, lua_touserdata(L, 1), (int)(entry >> 1));
  return 0;
}

static int l_tostring(lua_State *L) {
  const lnet_class_spec *spec = lua_touserdata(L, lua_upvalueindex(UP_SPEC));
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  lua_pushfstring(L, "net.%s: %p", spec->name, lua_topointer(L, 1));
  if (spec->inspect == NULL || !spec->inspect(L)) return 1;
  lua_pushliteral(L, " (");
  lua_insert(L, 3);
  lua_pushliteral(L, ")");
  lua_concat(L, 4);
  return 1;
}

void lnet_class_mark(lua_State *L, const lnet_class_spec *spec) {
  lua_pushlightuserdata(L, (void *)spec->kind);
  lua_rawseti(L, -2, LNET_META_MARK);
  lua_pushlightuserdata(L, (void *)spec);
  lua_rawsetp(L, -2, &class_key);
}

void lnet_class_new(lua_State *L, lnet_ctx *ctx, const lnet_class_spec *spec, const void **meta,
                    int *ref) {
  static const struct {
    const char *name;
    lua_CFunction function;
  } lookups[] = {{"__index", l_index}, {"__newindex", l_newindex}, {"__tostring", l_tostring}};
  lua_newtable(L); /* the class */
  lnet_ctx_setfuncs(L, ctx, spec->methods);
  const int class = lua_gettop(L);
  lua_newtable(L); /* the properties: number * 2, + 1 where they are assignable */
  for (const lnet_property *p = spec->properties; p != NULL && p->name != NULL; p++) {
    lua_pushinteger(L, p->number * 2 + (p->assignable ? 1 : 0));
    lua_setfield(L, -2, p->name);
  }
  lua_createtable(L, LNET_META_MARK, 0); /* the metatable */
  for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++) {
    lua_pushvalue(L, class);
    lua_pushlightuserdata(L, (void *)spec);
    lua_pushvalue(L, class + 1);
    lua_pushcclosure(L, lookups[i].function, 3);
    lua_setfield(L, -2, lookups[i].name);
  }
  lua_pushfstring(L, "net.%s", spec->name);
  lua_setfield(L, -2, "__name");
  lnet_class_mark(L, spec);
  lua_pushlightuserdata(L, ctx);
  const luaL_Reg ends[] = {{"__gc", spec->gc}, {"__close", spec->close}, {NULL, NULL}};
  for (const luaL_Reg *end = ends; end->name != NULL; end++) {
    if (end->func == NULL) continue;
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, end->func, 1);
    lua_setfield(L, -3, end->name);
  }
  lua_pop(L, 1);
  lua_pushboolean(L, 0); /* getmetatable gives nothing that could be changed */
  lua_setfield(L, -2, "__metatable");
  *meta = lua_topointer(L, -1);
  *ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_settop(L, class);
}

/* Pushes a copy of the metatable at `from` that lacks these. [-0, +1, m] */
static void push_lacking(lua_State *L, int from, unsigned lacks) {
  lua_createtable(L, LNET_META_MARK, 0);
  const int to = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, from) != 0) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
  }
  if ((lacks & LNET_META_GC) != 0) {
    lua_pushnil(L);
    lua_setfield(L, to, "__gc");
  }
  if ((lacks & LNET_META_FIELDS) != 0) {
    lua_getfield(L, from, "__index");
    for (int i = UP_CLASS; i <= UP_PROPERTIES; i++)
      lua_getupvalue(L, to + 1, i);
    lua_pushcclosure(L, l_index_bare, UP_PROPERTIES);
    lua_setfield(L, to, "__index");
    lua_settop(L, to);
  }
}

void lnet_class_family(lua_State *L, int from, int owner) {
  from = lua_absindex(L, from);
  lua_createtable(L, LNET_METAS, 0);
  const int family = lua_gettop(L);
  for (unsigned lacks = 0; lacks < LNET_METAS; lacks++) {
    push_lacking(L, from, lacks);
    if (owner != 0) {
      lua_pushvalue(L, owner);
      lua_rawseti(L, -2, LNET_META_OWNER);
    }
    lua_pushvalue(L, family);
    lua_rawseti(L, -2, LNET_META_FAMILY);
    lua_rawseti(L, family, (lua_Integer)lacks + 1);
  }
}

void *lnet_class_test(lua_State *L, int idx, const void *meta) {
  idx = lua_absindex(L, idx);
  if (lua_type(L, idx) != LUA_TUSERDATA || !lua_getmetatable(L, idx)) return NULL;
  const bool same = lua_topointer(L, -1) == meta;
  lua_rawgetp(L, -1, &class_key);
  const lnet_class_spec *spec = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return same && spec != NULL && lnet_class_fits(L, idx, spec) ? lua_touserdata(L, idx) : NULL;
}

void *lnet_class_check(lua_State *L, int idx, const void *meta, const char *name) {
  void *object = lnet_class_test(L, idx, meta);
  if (object == NULL) lnet_error_raise_this(L, name);
  return object;
}
