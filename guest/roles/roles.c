#include "roles.h"
#include "../cmdline.h"

static const struct role *const roles[] = {&role_polite,    &role_silent, &role_refusing,
                                           &role_reverting, &role_buggy,  &role_hostile};

const struct role *role_chosen(void) {
  if (!cmdline_has("driver")) return &role_polite;
  for (u32 i = 0; i < LENGTH(roles); i++)
    if (cmdline_is("driver", roles[i]->name)) return roles[i];
  return NULL;
}

static u64 if_on(const char *key, u64 feature) { return cmdline_is(key, "on") ? feature : 0; }

u64 features_common(void) {
  return F_VERSION_1 | if_on("stats", F_STATS_VQ) | if_on("indirect", F_RING_INDIRECT_DESC) |
         if_on("event_idx", F_RING_EVENT_IDX);
}

u64 features_silent(u64 features) {
  u32 bit;
  return cmdline_number("silent_bit", &bit) && bit < 64 ? features & FEATURE(bit) : 0;
}
