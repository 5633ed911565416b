/* The fastest C for short runs: the links of 64 PFNs as one mask, then one word per run. The Wasm kernel's way. */
#include "page_set.h"

#ifdef __SSE4_1__
#include <immintrin.h>

INLINE __m128i step4(const uint32_t *pfns)
{
    return _mm_sub_epi32(_mm_loadu_si128((const void *)(pfns + 1)), _mm_loadu_si128((const void *)pfns));
}

/* 16 steps, saturated: only true steps of one stay 1 or -1. */
INLINE __m128i step16(const uint32_t *pfns)
{
    return _mm_packs_epi16(_mm_packs_epi32(step4(pfns), step4(pfns + 4)),
                           _mm_packs_epi32(step4(pfns + 8), step4(pfns + 12)));
}

INLINE uint64_t lanes(__m128i steps, int step)
{
    return (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(steps, _mm_set1_epi8((char)step)));
}

/* Bit i: PFN i + 1 belongs to the run of PFN i. Reads one PFN past the 64. */
INLINE uint64_t links64(const uint32_t *pfns)
{
    uint64_t up = 0, down = 0;
    for (int i = 0; i < 4; i++) {
        __m128i steps = step16(pfns + 16 * i);
        up |= lanes(steps, 1) << (16 * i);
        down |= lanes(steps, -1) << (16 * i);
    }
    return (up | down) & ~(((up & (down >> 1)) | (down & (up >> 1))) << 1) & (~(uint64_t)0 >> 1);
}

INLINE uint32_t block(struct page_set *set, const uint32_t *pfns, enum mode mode)
{
    uint64_t links, starts, ends;
    uint32_t changed = 0;
    if (largest(pfns, 64) >= set->frames)
        return apply_checked(set, pfns, 64, mode);
    links = links64(pfns);
    if (__builtin_popcountll(links) < 16)
        return apply_singles(set, pfns, 64, mode);
    for (starts = ~(links << 1), ends = ~links; starts; starts &= starts - 1, ends &= ends - 1) {
        uint32_t start = (uint32_t)__builtin_ctzll(starts), end = (uint32_t)__builtin_ctzll(ends);
        uint32_t first = pfns[start] < pfns[end] ? pfns[start] : pfns[end], frames = end - start + 1;
        changed += frames > 48 ? apply_long(set, first, frames, mode) : apply_short(set, first, frames, mode);
    }
    return changed;
}
#else
#define NO_BLOCKS
#endif

INLINE uint32_t batch(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    uint32_t changed = 0, i = 0;
    set->out_of_range = 0;
#ifndef NO_BLOCKS
    for (; i + 64 < n + 1; i += 64)
        changed += block(set, pfns + i, mode);
#endif
    return changed + apply_checked(set, pfns + i, n - i, mode);
}

uint32_t batch_blocks(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    return DISPATCH(batch, set, pfns, n, mode);
}
