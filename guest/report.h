/* What the guest knows about its pages, in a form a host can compare with what it knows. */
#pragma once

void report_ballooned(void);
void report_memory(void);
