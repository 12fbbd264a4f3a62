/* JavaScript's numbers in text, which are not Lua's: "0b1" is one, "0x1p4" and "inf" are none.
   Source: ECMAScript, StringToNumber, parseInt, ToInt32. */
#include "number.h"
#include "describe.h"
#include <math.h>
#include <string.h>

typedef struct {
  const char *at, *end;
} text;

/* How many bytes the white space is that the text begins with; 0: it begins with none. */
static size_t blank(text t) {
  static const char *const wide[] = {"\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
                                     "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
                                     "\xe3\x80\x80", "\xef\xbb\xbf"};
  const size_t left = (size_t)(t.end - t.at);
  if (left == 0) return 0;
  if (*t.at == ' ' || (*t.at >= '\t' && *t.at <= '\r')) return 1;
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
    const size_t len = strlen(wide[i]);
    if (left >= len && memcmp(t.at, wide[i], len) == 0) return len;
  }
  /* U+2000 to U+200A */
  if (left >= 3 && memcmp(t.at, "\xe2\x80", 2) == 0 && (unsigned char)t.at[2] <= 0x8a) return 3;
  return 0;
}

/* The text without the white space around it. */
static text trim(text t) {
  for (size_t n = blank(t); n > 0; n = blank(t))
    t.at += n;
  const char *end = t.at; /* behind the last character that is not blank */
  for (text rest = t; rest.at < rest.end;) {
    const size_t n = blank(rest);
    rest.at += n > 0 ? n : 1;
    if (n == 0) end = rest.at;
  }
  t.end = end;
  return t;
}

static int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static size_t digits(text t) {
  size_t n = 0;
  while (t.at + n < t.end && t.at[n] >= '0' && t.at[n] <= '9')
    n++;
  return n;
}

/* The number in digits of this base, with nothing else around them. */
static double in_base(text t, int base) {
  double number = t.at < t.end ? 0 : NAN;
  for (; t.at < t.end; t.at++) {
    const int digit = digit_of(*t.at);
    if (digit >= base) return NAN;
    number = number * base + digit;
  }
  return number;
}

/* Whether the text, without sign, is a decimal number: 5, 5., .5, 5e-1. */
static bool is_decimal(text t) {
  size_t count = digits(t);
  t.at += count;
  if (t.at < t.end && *t.at == '.') {
    t.at++;
    const size_t more = digits(t);
    t.at += more;
    count += more;
  }
  if (count == 0) return false;
  if (t.at < t.end && (*t.at == 'e' || *t.at == 'E')) {
    t.at++;
    if (t.at < t.end && (*t.at == '+' || *t.at == '-')) t.at++;
    count = digits(t);
    t.at += count;
    if (count == 0) return false;
  }
  return t.at == t.end;
}

/* The value of text that is a number to Lua as well. Its zero at the end may be missing, so Lua
   gets a copy. [-0, +0, m] */
static double as_lua(lua_State *L, text t) {
  lua_pushlstring(L, t.at, (size_t)(t.end - t.at));
  const double number = lua_stringtonumber(L, lua_tostring(L, -1)) != 0 ? lua_tonumber(L, -1) : NAN;
  lua_settop(L, lua_gettop(L) - (isnan(number) ? 1 : 2));
  return number;
}

static double of_text(lua_State *L, text t) {
  t = trim(t);
  if (t.at == t.end) return 0;
  if (t.end - t.at > 2 && *t.at == '0') {
    const char letter = (char)(t.at[1] | 0x20);
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    t.at += base != 0 ? 2 : 0;
    if (base != 0) return in_base(t, base);
  }
  const double sign = *t.at == '-' ? -1 : 1;
  if (*t.at == '-' || *t.at == '+') t.at++;
  if (t.end - t.at == 8 && memcmp(t.at, "Infinity", 8) == 0) return sign * INFINITY;
  return is_decimal(t) ? sign * as_lua(L, t) : NAN;
}

double lnet_number(lua_State *L, int idx) {
  text t;
  size_t len = 0;
  switch (lua_type(L, idx)) {
  case LUA_TNUMBER:
    return (double)lua_tonumber(L, idx);
  case LUA_TBOOLEAN:
    return lua_toboolean(L, idx);
  case LUA_TSTRING:
    t.at = lua_tolstring(L, idx, &len);
    t.end = t.at + len;
    return of_text(L, t);
  default:
    return NAN;
  }
}

double lnet_number_parse_int(lua_State *L, int idx) {
  const int top = lua_gettop(L);
  text t;
  idx = lua_absindex(L, idx);
  if (lua_type(L, idx) == LUA_TNUMBER) {
    const double number = (double)lua_tonumber(L, idx);
    if (floor(number) == number && !isinf(number)) return number;
    lnet_describe_value(L, idx); /* as JavaScript prints it */
  } else if (lua_type(L, idx) == LUA_TSTRING) {
    lua_pushvalue(L, idx);
  } else {
    return NAN;
  }
  size_t len = 0;
  t.at = lua_tolstring(L, -1, &len);
  t.end = t.at + len;
  t = trim(t);
  const double sign = t.at < t.end && *t.at == '-' ? -1 : 1;
  if (t.at < t.end && (*t.at == '-' || *t.at == '+')) t.at++;
  t.end = t.at + digits(t);
  const double number = t.at < t.end ? sign * as_lua(L, t) : NAN;
  lua_settop(L, top);
  return number;
}

int lnet_l_toNumber(lua_State *L) {
  luaL_checkany(L, 1);
  const double number = lnet_number(L, 1);
  if (floor(number) == number && fabs(number) < 9007199254740992.0)
    lua_pushinteger(L, (lua_Integer)number);
  else
    lua_pushnumber(L, number);
  return 1;
}

int lnet_l_toInt32(lua_State *L) {
  luaL_checkany(L, 1);
  const double number = lnet_number(L, 1);
  const double all = 4294967296.0; /* whole numbers modulo this */
  const double whole = isfinite(number) ? trunc(number) : 0;
  lua_pushinteger(L, (int32_t)(uint32_t)(whole - floor(whole / all) * all));
  return 1;
}
