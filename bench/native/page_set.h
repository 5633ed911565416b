/* A bitmap of page frames and the accounting of one batch of PFNs: what the Wasm kernel does, in C. */
#ifndef PAGE_SET_H
#define PAGE_SET_H

#include <stdint.h>
#include <string.h>

struct page_set {
    uint32_t frames;
    uint32_t out_of_range; /* of the last batch */
    uint8_t *bytes;        /* bit f of the set is bit f & 7 of byte f >> 3; 8 bytes of slack */
};

enum mode { DEFLATE, INFLATE };

/* Every batch function applies `n` PFNs and returns how many frames changed. */
typedef uint32_t (*batch_function)(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode);

uint32_t batch_sequences(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode);
uint32_t batch_blocks(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode);
uint32_t batch_singles(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode);

#define INLINE static inline __attribute__((always_inline))

/* Each function is compiled once for each mode, which is then a constant in it. */
#define DISPATCH(function, set, pfns, n, mode) \
    ((mode) == INFLATE ? function(set, pfns, n, INFLATE) : function(set, pfns, n, DEFLATE))

INLINE uint64_t modify(struct page_set *set, uint64_t at, uint64_t mask, enum mode mode)
{
    uint64_t word, after;
    memcpy(&word, set->bytes + at, 8);
    after = mode == INFLATE ? word | mask : word & ~mask;
    memcpy(set->bytes + at, &after, 8);
    return mode == INFLATE ? mask & ~word : mask & word;
}

/* Returns the old bit. The low byte of the rotated mask is the bit of the frame, which takes one instruction. */
INLINE uint32_t apply_frame(struct page_set *set, uint32_t frame, enum mode mode)
{
    uint8_t byte = set->bytes[frame >> 3];
    uint32_t mask = 0x01010101u << (frame & 31) | 0x01010101u >> (-frame & 31);
    set->bytes[frame >> 3] = (uint8_t)(mode == INFLATE ? byte | mask : byte & ~mask);
    return (byte & mask) != 0;
}

/* Up to 48 frames: one word that begins at a group of 16. */
INLINE uint32_t apply_short(struct page_set *set, uint32_t first, uint32_t frames, enum mode mode)
{
    uint64_t mask = (((uint64_t)1 << frames) - 1) << (first & 15);
    return (uint32_t)__builtin_popcountll(modify(set, (uint64_t)(first >> 4) << 1, mask, mode));
}

INLINE uint32_t apply_long(struct page_set *set, uint32_t first, uint32_t frames, enum mode mode)
{
    uint32_t last = first + frames - 1, changed;
    uint64_t at = (uint64_t)(first >> 6) << 3, end = (uint64_t)(last >> 6) << 3;
    uint64_t head = ~(uint64_t)0 << (first & 63), tail = ~(uint64_t)0 >> (63 - (last & 63));
    if (at == end)
        return (uint32_t)__builtin_popcountll(modify(set, at, head & tail, mode));
    changed = (uint32_t)__builtin_popcountll(modify(set, at, head, mode));
    for (at += 8; at < end; at += 8)
        changed += (uint32_t)__builtin_popcountll(modify(set, at, ~(uint64_t)0, mode));
    return changed + (uint32_t)__builtin_popcountll(modify(set, end, tail, mode));
}

/* Frame by frame, for PFNs of which some are out of range. */
INLINE uint32_t apply_checked(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    uint32_t changed = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (pfns[i] >= set->frames)
            set->out_of_range++;
        else
            changed += apply_frame(set, pfns[i], mode) ^ (mode == INFLATE);
    }
    return changed;
}

INLINE uint32_t largest(const uint32_t *pfns, uint32_t n)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = pfns[i] > most ? pfns[i] : most;
    return most;
}

INLINE uint32_t apply_singles(struct page_set *set, const uint32_t *pfns, uint32_t n, enum mode mode)
{
    uint32_t were = 0, i = 0;
    for (; i + 4 <= n; i += 4) {
        were += apply_frame(set, pfns[i], mode) + apply_frame(set, pfns[i + 1], mode);
        were += apply_frame(set, pfns[i + 2], mode) + apply_frame(set, pfns[i + 3], mode);
    }
    for (; i < n; i++)
        were += apply_frame(set, pfns[i], mode);
    return mode == INFLATE ? n - were : were;
}

#endif
