/* The fastest C for scattered PFNs: one look at the largest, then a byte per frame without a branch. */
#include "page_set.h"

INLINE uint32_t batch(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    set->out_of_range = 0;
    if (largest(pfns, n) >= set->frames)
        return apply_checked(set, pfns, n, mode);
    return apply_singles(set, pfns, n, mode);
}

uint32_t batch_singles(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    return DISPATCH(batch, set, pfns, n, mode);
}
