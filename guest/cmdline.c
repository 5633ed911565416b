#include "cmdline.h"
#include "text.h"

static const char *cmdline = "";

void cmdline_init(const char *text) { cmdline = text; }

static const char *next_word(const char *text) {
  while (*text && *text != ' ') text++;
  while (*text == ' ') text++;
  return text;
}

/* What follows "key=" in the first word with that key. */
static const char *value_of(const char *key) {
  for (const char *word = cmdline; *word; word = next_word(word)) {
    const char *rest = text_after(word, key);
    if (rest && *rest == '=') return rest + 1;
  }
  return NULL;
}

bool cmdline_has(const char *key) { return value_of(key) != NULL; }

bool cmdline_is(const char *key, const char *value) {
  const char *found = value_of(key);
  const char *rest = found ? text_after(found, value) : NULL;
  return rest && (*rest == '\0' || *rest == ' ');
}

bool cmdline_number(const char *key, u32 *value) {
  const char *found = value_of(key);
  return found && text_number(found, value);
}
