#include "roles.h"

/* Keeps its promise until told to misbehave: the attacks are in abuse/. */
static u64 wanted(u64 offered) { return role_polite.wanted(offered); }

const struct role role_hostile = {.name = "hostile", .reuse_early = false, .wanted = wanted};
