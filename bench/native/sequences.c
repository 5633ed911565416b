/* The fastest C for contiguous PFNs, 128 bits at a time: find how far they step by one, then fill whole words. */
#include "vectors.h"

/* Applies the sequence at `pfns`; returns its length, 1 when the next PFN does not follow. */
INLINE uint32_t sequence(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode, uint32_t *changed)
{
    uint32_t step = n > 1 ? pfns[1] - pfns[0] : 0, length, first;
    if (step + 1 > 2 || step == 0) {
        *changed += apply_checked(set, pfns, 1, mode);
        return 1;
    }
    length = sequence_length(pfns, n, step);
    first = step == 1 ? pfns[0] : pfns[0] - (length - 1);
    if (first < set->frames && length <= set->frames - first)
        *changed += apply_long(set, first, length, mode);
    else
        *changed += apply_checked(set, pfns, length, mode);
    return length;
}

INLINE uint32_t batch(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    uint32_t changed = 0;
    set->out_of_range = 0;
    for (uint32_t i = 0; i < n;)
        i += sequence(set, pfns + i, n - i, mode, &changed);
    return changed;
}

uint32_t batch_sequences(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    return DISPATCH(batch, set, pfns, n, mode);
}
