/*
 * Rules broken on purpose, one at a time. Where a rule-abiding part remains (a good PFN beside a bad one) the
 * device is expected to apply it; a chain that is broken as a whole is expected to have no effect, and lists
 * pages in use, so that a device which applies it anyway shows in `check` and `report`.
 */
#pragma once
#include "../types.h"

void abuse_list(void);

/* Replies at once, or when the device has answered or had time to answer; false if there is no such abuse. */
bool abuse_start(const char *name);
