/* How node's messages name a value. Source: node v20, determineSpecificType, inspect,
   addNumericalSeparator. Lua's words stand for what is no number, string or boolean. */
#include "describe.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What node cuts, in its characters. */
enum { TYPE_MAX = 28, TYPE_CUT = 25, VALUE_MAX = 128 };

/* Pushes a finite number that is not 0 from its digits, the first of which stands for 10^exponent.
   JavaScript writes out what has up to 21 digits before the point or 6 zeros behind it. */
static void push_digits(lua_State *L, bool negative, const char *digits, int exponent) {
  static const char zeros[] = "00000000000000000000";
  const int count = (int)strlen(digits);
  char text[64];
  if (exponent >= count - 1 && exponent < 21)
    snprintf(text, sizeof text, "%s%.*s", digits, exponent - count + 1, zeros);
  else if (exponent >= 0 && exponent < 21)
    snprintf(text, sizeof text, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
  else if (exponent < 0 && exponent >= -6)
    snprintf(text, sizeof text, "0.%.*s%s", -exponent - 1, zeros, digits);
  else
    snprintf(text, sizeof text, "%.1s%s%se%+d", digits, count > 1 ? "." : "", digits + 1, exponent);
  lua_pushfstring(L, "%s%s", negative ? "-" : "", text);
}

/* Pushes the number as JavaScript prints it; -0 is told from 0. [-0, +1, m] */
static void push_number(lua_State *L, double number) {
  char text[40];
  if (isnan(number) || isinf(number) || number == 0) {
    const char *word = isnan(number) ? "NaN" : number == 0 ? "0" : "Infinity";
    lua_pushfstring(L, "%s%s", !isnan(number) && signbit(number) ? "-" : "", word);
    return;
  }
  for (int digits = 0; digits < 17; digits++) { /* the shortest that reads back as the same */
    snprintf(text, sizeof text, "%.*e", digits, fabs(number));
    if (strtod(text, NULL) == fabs(number)) break;
  }
  char *e = strchr(text, 'e');
  const int exponent = (int)strtol(e + 1, NULL, 10);
  *e = '\0';
  if (text[1] != '\0') memmove(text + 1, text + 2, strlen(text + 1)); /* the point */
  push_digits(L, number < 0, text, exponent);
}

/* node's addNumericalSeparator, which does not mind an exponent. */
static void push_separated(lua_State *L, double number) {
  push_number(L, number);
  size_t len = 0;
  const char *text = lua_tolstring(L, -1, &len);
  const size_t start = *text == '-' ? 1 : 0;
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  for (size_t i = 0; i < len; i++) {
    if (i > start && (len - i) % 3 == 0) luaL_addchar(&out, '_');
    luaL_addchar(&out, text[i]);
  }
  luaL_pushresult(&out);
  lua_remove(L, -2);
}

/* Where the first `count` characters of the UTF-8 text end; len when it has no more. */
static size_t end_of(const char *text, size_t len, size_t count) {
  for (size_t i = 0; i < len; i++) {
    if ((text[i] & 0xc0) == 0x80) continue;
    if (count == 0) return i;
    count--;
  }
  return len;
}

/* Adds a character that neither a quoted text nor JSON has as it is. */
static void add_escape(luaL_Buffer *out, unsigned char c, bool json) {
  static const char letters[] = "btn\0fr"; /* from 8 on */
  const char *format = json ? "\\u%04x" : "\\x%02X";
  char text[8];
  if (c >= 8 && c <= 13 && letters[c - 8] != '\0')
    snprintf(text, sizeof text, "\\%c", letters[c - 8]);
  else if (c < 32 || c >= 127)
    snprintf(text, sizeof text, format, c);
  else
    snprintf(text, sizeof text, "\\%c", c);
  luaL_addstring(out, text);
}

/* Pushes the text in quotes: as JSON, or as inspect does. [-0, +1, m] */
static void push_quoted(lua_State *L, const char *text, size_t len, bool json) {
  char quote = '\'';
  if (json || memchr(text, '\'', len) != NULL) {
    if (json || memchr(text, '"', len) == NULL)
      quote = '"';
    else if (memchr(text, '`', len) == NULL && strstr(text, "${") == NULL)
      quote = '`';
  }
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  luaL_addchar(&out, quote);
  for (size_t i = 0; i < len; i++) {
    const unsigned char c = (unsigned char)text[i];
    const unsigned char next = i + 1 < len ? (unsigned char)text[i + 1] : 0;
    if (!json && c == 0xc2 && next >= 0x80 && next <= 0x9f)
      add_escape(&out, (unsigned char)text[++i], json);
    else if (c < 32 || c == '\\' || c == (unsigned char)quote || (c == 127 && !json))
      add_escape(&out, c, json);
    else
      luaL_addchar(&out, (char)c);
  }
  luaL_addchar(&out, quote);
  luaL_pushresult(&out);
}

static void push_string_type(lua_State *L, const char *text, size_t len) {
  const size_t cut = end_of(text, len, TYPE_MAX) < len ? end_of(text, len, TYPE_CUT) : len;
  lua_pushlstring(L, text, cut);
  if (cut < len) {
    lua_pushliteral(L, "...");
    lua_concat(L, 2);
  }
  text = lua_tolstring(L, -1, &len);
  if (memchr(text, '\'', len) != NULL) {
    push_quoted(L, text, len, true);
    lua_pushfstring(L, "type string (%s)", lua_tostring(L, -1));
    lua_replace(L, -3);
    lua_pop(L, 1);
  } else {
    lua_pushliteral(L, "type string ('");
    lua_insert(L, -2);
    lua_pushliteral(L, "')");
    lua_concat(L, 3);
  }
}

void lnet_describe_type(lua_State *L, int idx) {
  size_t len = 0;
  idx = lua_absindex(L, idx);
  switch (lua_type(L, idx)) {
  case LUA_TNUMBER:
    push_number(L, (double)lua_tonumber(L, idx));
    lua_pushfstring(L, "type number (%s)", lua_tostring(L, -1));
    lua_remove(L, -2);
    break;
  case LUA_TSTRING: {
    const char *text = lua_tolstring(L, idx, &len);
    push_string_type(L, text, len);
    break;
  }
  case LUA_TBOOLEAN:
    lua_pushfstring(L, "type boolean (%s)", lua_toboolean(L, idx) ? "true" : "false");
    break;
  case LUA_TTABLE:
    lua_pushliteral(L, "an instance of table");
    break;
  case LUA_TUSERDATA:
  case LUA_TLIGHTUSERDATA:
  case LUA_TTHREAD:
    lua_pushfstring(L, "an instance of %s", luaL_typename(L, idx));
    break;
  default: /* nil, function */
    lua_pushstring(L, lua_isnone(L, idx) ? "nil" : luaL_typename(L, idx));
  }
}

void lnet_describe_value(lua_State *L, int idx) {
  size_t len = 0;
  idx = lua_absindex(L, idx);
  switch (lua_type(L, idx)) {
  case LUA_TNUMBER:
    push_number(L, (double)lua_tonumber(L, idx));
    break;
  case LUA_TSTRING: {
    const char *text = lua_tolstring(L, idx, &len);
    push_quoted(L, text, len, false);
    break;
  }
  case LUA_TBOOLEAN:
    lua_pushstring(L, lua_toboolean(L, idx) ? "true" : "false");
    break;
  default:
    lua_pushstring(L, lua_isnone(L, idx) ? "nil" : luaL_typename(L, idx));
  }
  const char *shown = lua_tolstring(L, -1, &len);
  const size_t cut = end_of(shown, len, VALUE_MAX);
  if (cut == len) return;
  lua_pushlstring(L, shown, cut);
  lua_pushliteral(L, "...");
  lua_concat(L, 2);
  lua_remove(L, -2);
}

void lnet_describe_range(lua_State *L, int idx) {
  const double number = lua_type(L, idx) == LUA_TNUMBER ? (double)lua_tonumber(L, idx) : 0;
  if (fabs(number) > 4294967296.0 && !isinf(number) && floor(number) == number)
    push_separated(L, number);
  else
    lnet_describe_value(L, idx);
}

int lnet_l_describe(lua_State *L) {
  luaL_checkany(L, 1);
  lnet_describe_type(L, 1);
  return 1;
}

int lnet_l_inspect(lua_State *L) {
  luaL_checkany(L, 1);
  lnet_describe_value(L, 1);
  return 1;
}

int lnet_l_outOfRange(lua_State *L) {
  luaL_checkany(L, 1);
  lnet_describe_range(L, 1);
  return 1;
}
