#include "roles.h"

/* Takes neither bit and reuses pages before it tells: the driver the proposal calls buggy. */
static u64 wanted(u64 offered) {
  (void)offered;
  return features_common();
}

const struct role role_buggy = {.name = "buggy", .reuse_early = true, .wanted = wanted};
