#include "roles.h"

/* Promises to tell the host before it touches a page, and keeps the promise: what Linux does. */
static u64 wanted(u64 offered) {
  (void)offered;
  return features_common() | F_WILL_TELL_HOST;
}

const struct role role_polite = {.name = "polite", .reuse_early = false, .wanted = wanted};
