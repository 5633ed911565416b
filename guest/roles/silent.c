#include "roles.h"

/*
 * Reuses pages first and tells afterwards, and says so where it can. On a device that does not offer SILENT_DEFLATE,
 * this is what Windows does: silent deflate with neither bit taken.
 */
static u64 wanted(u64 offered) { return features_common() | features_silent(offered); }

const struct role role_silent = {.name = "silent", .reuse_early = true, .wanted = wanted};
