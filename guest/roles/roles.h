/*
 * The kinds of balloon driver of the SILENT_DEFLATE proposal (virtualization list, September 2012):
 * what each negotiates, and whether it writes to a page before it tells the device that it took it back.
 */
#pragma once
#include "../types.h"

#define FEATURE(bit) (1ull << (bit))
#define F_WILL_TELL_HOST FEATURE(0) /* the specification's MUST_TELL_HOST, under the name the proposal gives it */
#define F_STATS_VQ FEATURE(1)
#define F_RING_INDIRECT_DESC FEATURE(28)
#define F_RING_EVENT_IDX FEATURE(29)
#define F_VERSION_1 FEATURE(32)

/* What a driver does on a device that does not offer SILENT_DEFLATE. */
enum without_silent { AS_EVER, TELLS_FIRST, DOES_NOT_START };

struct role {
  const char *name;
  bool reuse_early;
  enum without_silent without_silent;
  /* The features to accept, of those the role cares about; what was not offered is masked out later. */
  u64 (*wanted)(u64 offered);
};

extern const struct role role_polite, role_silent, role_refusing, role_reverting, role_buggy, role_hostile;

/* driver=... on the command line, polite when there is none; NULL for an unknown name. */
const struct role *role_chosen(void);

/* VERSION_1, and what stats=on, indirect=on and event_idx=on on the command line ask for. */
u64 features_common(void);

/* SILENT_DEFLATE if it is in `features`, otherwise 0. It never got a number: silent_bit=N names it. */
u64 features_silent(u64 features);
