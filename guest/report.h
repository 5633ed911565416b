/* What the guest knows about its pages, in a form that a host can compare with its own records. */
#pragma once

void report_ballooned(void);
void report_memory(void);
