#include "roles.h"

/* Needs SILENT_DEFLATE, and refuses to start without it: the most demanding driver that the proposal expects. */
static u64 wanted(u64 offered) { return features_common() | features_silent(offered); }

const struct role role_refusing = {
    .name = "refusing", .reuse_early = true, .without_silent = DOES_NOT_START, .wanted = wanted};
