/* Buffers that are not in memory, or only begin in memory. */
#include "../memory.h"
#include "attack.h"

static void send_buffer(u64 address, u32 length) {
  attack_lend(0, 2);
  attack_describe(0, (struct descriptor){.address = address, .length = length});
  attack_send();
}

static u64 end_of_memory(void) { return (u64)memory.frames << PAGE_SHIFT; }

static void huge_length(void) { send_buffer((u32)attack_words, 0xFFFFFFFF); }
static void address_outside(void) { send_buffer(end_of_memory(), 1024); }
static void address_straddling(void) { send_buffer(end_of_memory() - 4, 8); }
static void address_wrap(void) { send_buffer(0xFFFFFFFFFFFFFFF0ull, 64); } /* past 2^64 */
static void address_wrap_32(void) { send_buffer(0xFFFFFFF0ull, 64); }      /* past 2^32 */

/* A good address for a device that looks at the low word only. */
static void address_high(void) { send_buffer(1ull << 32 | (u32)attack_words, 8); }

const struct attack attacks_addresses[] = {
    {"huge-length", huge_length},
    {"address-outside", address_outside},
    {"address-straddling", address_straddling},
    {"address-wrap", address_wrap},
    {"address-wrap-32", address_wrap_32},
    {"address-high", address_high},
    {NULL, NULL},
};
