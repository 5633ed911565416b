#include "roles.h"

/* Takes SILENT_DEFLATE if it is offered. Otherwise it uses the deflate queue: promises to tell, and tells first. */
static u64 wanted(u64 offered) {
  u64 silent = features_silent(offered);
  return features_common() | (silent ? silent : F_WILL_TELL_HOST);
}

const struct role role_reverting = {
    .name = "reverting", .reuse_early = true, .without_silent = TELLS_FIRST, .wanted = wanted};
