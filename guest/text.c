#include "text.h"

bool text_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

const char *text_after(const char *text, const char *prefix) {
  while (*prefix)
    if (*text++ != *prefix++) return NULL;
  return text;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool text_number(const char *text, u32 *value) {
  u32 result = 0;
  if (!is_digit(*text)) return false;
  for (; is_digit(*text); text++) {
    u32 digit = (u32)(*text - '0');
    if (result > (0xFFFFFFFFu - digit) / 10) return false;
    result = result * 10 + digit;
  }
  *value = result;
  return *text == '\0' || *text == ' ';
}

char *text_split(char *text) {
  while (*text && *text != ' ') text++;
  if (*text) *text++ = '\0';
  return text;
}
