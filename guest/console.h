/* The serial port COM1: text lines out, text lines in. */
#pragma once
#include "types.h"

#define LINE_BYTES 128

void console_init(void);

/* %s string, %u decimal, %b two, %x eight hex digits, %q sixteen (a u64). */
void print(const char *format, ...);

/* Copies the next complete input line, without its end; false when there is none yet. */
bool console_line(char line[LINE_BYTES]);
