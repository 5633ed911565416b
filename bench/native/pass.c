/* What JavaScript calls: a whole pass, so that the call itself, some 40 ns, does not show. */
#include <stdlib.h>
#include "page_set.h"

enum { STAGING = 65536 };

static const batch_function batches[] = {batch_sequences, batch_blocks, batch_singles};
static struct page_set set;
static uint32_t *stream, length;
static uint32_t staging[STAGING + 1];

/* Begins anew: an empty set, and `n` PFNs to send through it. Returns 0 when there is no memory. */
int load(uint32_t frames, const uint32_t *pfns, uint32_t n)
{
    free(set.bytes);
    free(stream);
    set.frames = frames;
    set.bytes = calloc(1, frames / 8 + 16);
    stream = malloc(4 * (size_t)n);
    length = n;
    if (!set.bytes || !stream)
        return 0;
    memcpy(stream, pfns, 4 * (size_t)n);
    return 1;
}

/* Copies each batch, as ours has to, and nothing more. Returns a PFN, so that no compiler leaves it out. */
uint32_t copy(uint32_t size)
{
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < length; i += size) {
            memcpy(staging, stream + i, 4 * (size_t)size);
            __asm__ volatile("" ::"r"(staging) : "memory");
        }
    return staging[0];
}

static uint32_t through(batch_function batch, uint32_t size, enum mode mode)
{
    uint32_t changed = 0;
    for (uint32_t i = 0; i < length; i += size) {
        memcpy(staging, stream + i, 4 * (size_t)size);
        changed += batch(&set, staging, size, mode);
    }
    return changed;
}

/* Inflates every batch of `size` PFNs and deflates it again. Returns how many frames changed. */
uint32_t pass(uint32_t kernel, uint32_t size)
{
    return through(batches[kernel], size, INFLATE) + through(batches[kernel], size, DEFLATE);
}

/* One batch: returns how many frames changed; how many PFNs were out of range by `out_of_range`. */
uint32_t one_batch(uint32_t kernel, const uint32_t *pfns, uint32_t n, int inflate)
{
    memcpy(staging, pfns, 4 * (size_t)n);
    return batches[kernel](&set, staging, n, inflate ? INFLATE : DEFLATE);
}

uint32_t out_of_range(void)
{
    return set.out_of_range;
}
