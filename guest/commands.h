/* The serial protocol's commands: one line in, one line out. README.md lists them. */
#pragma once
#include "roles/roles.h"

void commands_init(const struct role *role);
void commands_run(char *line);
