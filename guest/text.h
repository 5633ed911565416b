/* Strings and numbers, as far as a command line and a serial protocol need them. */
#pragma once
#include "types.h"

bool text_equal(const char *a, const char *b);

/* The rest of `text` after `prefix`, or NULL when it does not begin with it. */
const char *text_after(const char *text, const char *prefix);

/* A decimal number at the start of `text`; false when there is none or it does not fit. */
bool text_number(const char *text, u32 *value);

/* Splits at the first blank: ends `text` there and returns what follows (empty when nothing does). */
char *text_split(char *text);
