#include "roles.h"

/* As good as its word until told to misbehave: the harm is in abuse/. */
static u64 wanted(u64 offered) { return role_polite.wanted(offered); }

const struct role role_hostile = {.name = "hostile", .reuse_early = false, .wanted = wanted};
