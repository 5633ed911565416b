/* The serial protocol's commands: one line in, one line out. README.md lists them. */
#pragma once

void commands_run(char *line);
