/* All basic types and helpers: the guest is built without a C library. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef _Bool bool;

#define true 1
#define false 0
#define NULL ((void *)0)

#define PAGE_SHIFT 12
#define PAGE_SIZE (1u << PAGE_SHIFT)
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static inline u32 min_u32(u32 a, u32 b) { return a < b ? a : b; }

/* Keeps the compiler from moving memory accesses across it. x86 keeps stores in order by itself. */
#define barrier() __asm__ volatile("" ::: "memory")

/* Also keeps the CPU from reading ahead of an earlier store, the one reordering x86 does. */
#define full_barrier() __asm__ volatile("lock; addl $0, (%%esp)" ::: "memory", "cc")
