#include "../cmdline.h"
#include "roles.h"

/*
 * Reuses pages first and tells afterwards, and says so where it can. SILENT_DEFLATE never got a number, so
 * silent_bit=N names it; without a number, or on a device that does not offer it, this is what Windows does:
 * silent deflate with neither bit taken.
 */
static u64 wanted(u64 offered) {
  u32 bit;
  if (!cmdline_number("silent_bit", &bit) || bit >= 64) return features_common();
  return features_common() | (offered & FEATURE(bit));
}

const struct role role_silent = {.name = "silent", .reuse_early = true, .wanted = wanted};
