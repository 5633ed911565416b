/* The multiboot command line: blank-separated key=value words. */
#pragma once
#include "types.h"

void cmdline_init(const char *text);
bool cmdline_has(const char *key);
bool cmdline_is(const char *key, const char *value);
bool cmdline_number(const char *key, u32 *value);
