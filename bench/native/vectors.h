/* 128-bit vectors, as WebAssembly has them. */
#ifndef VECTORS_H
#define VECTORS_H

#include "page_set.h"

typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint64_t u64x2 __attribute__((vector_size(16)));

INLINE u32x4 load4(const uint32_t *pfns)
{
    u32x4 vector;
    memcpy(&vector, pfns, 16);
    return vector;
}

INLINE int any(u32x4 vector)
{
    u64x2 halves = (u64x2)vector;
    return (halves[0] | halves[1]) != 0;
}

/* Nonzero where the 16 PFNs are not first, first + step, first + 2 * step, ... */
INLINE u32x4 mismatch16(const uint32_t *pfns, u32x4 expected, u32x4 four)
{
    u32x4 second = expected + four, third = second + four, fourth = third + four;
    return (load4(pfns) ^ expected) | (load4(pfns + 4) ^ second) | (load4(pfns + 8) ^ third) |
           (load4(pfns + 12) ^ fourth);
}

/* How many PFNs step by `step` from the first on. */
INLINE uint32_t sequence_length(const uint32_t *pfns, uint32_t n, uint32_t step)
{
    u32x4 expected = pfns[0] + step * (u32x4){0, 1, 2, 3};
    u32x4 four = (u32x4){4, 4, 4, 4} * step;
    uint32_t i = 0;
    for (; i + 32 <= n; i += 32, expected += 8 * four)
        if (any(mismatch16(pfns + i, expected, four) | mismatch16(pfns + i + 16, expected + 4 * four, four)))
            break;
    for (; i + 16 <= n && !any(mismatch16(pfns + i, expected, four)); i += 16)
        expected += 4 * four;
    while (i < n && pfns[i] == pfns[0] + step * i)
        i++;
    return i;
}

#endif
