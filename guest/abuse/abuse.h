#pragma once
#include "../types.h"
void abuse_list(void);
bool abuse_start(const char *name);
