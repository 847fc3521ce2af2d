/* The interpreter's heap. Nearly all that it allocates is small (84 bytes on average), in great numbers and as long-lived
 * as the program: packed by size, without headers, it takes 0.3 MiB less than musl's allocator makes of it.
 *
 * Small blocks come from runs of one size each, in a range of addresses of their own; a table tells the size of the run
 * that an address belongs to. Freed ones are chained and used again; host_heap_trim gives back what lies fallow. Larger
 * ones are malloc's. */
#include "host.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STEP 8 /* of the sizes, and the alignment */
#define MAX_SMALL 512
#define RUN 1024 /* short, because of every size half a run is free on average */
#define RANGE (64u << 20) /* reserved, not used: what does not fit is malloc's too */
#define GROWTH (64u << 10)

typedef struct Free {
    struct Free *next;
} Free;

static uint8_t *base; /* of the range; NULL = not reserved yet */
static size_t used, usable; /* bytes given to runs; bytes that may be touched */
static struct {
    uint8_t steps; /* size of its blocks; 0 = given to none */
    uint8_t free; /* of them, as host_heap_trim counted */
} runs[RANGE / RUN];
static size_t first_empty; /* no run before it is given to none */
static Free *free_blocks[MAX_SMALL / STEP + 1];

/* The size of the blocks for `size` bytes, in steps; from 256 bytes on there is one in eight. */
static size_t steps_for(size_t size)
{
    size_t coarse = size <= 256 ? STEP : 8 * STEP;
    return (size + coarse - 1) / coarse * coarse / STEP;
}

static int is_small(const void *block)
{
    return base && (uintptr_t)block - (uintptr_t)base < RANGE;
}

static size_t run_of(const void *block)
{
    return ((uintptr_t)block - (uintptr_t)base) / RUN;
}

static size_t size_of(const void *block)
{
    if (!is_small(block)) return malloc_usable_size((void *)block);
    return runs[run_of(block)].steps * STEP;
}

static int reserve_range(void)
{
    void *range = mmap(NULL, RANGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) return 0;
    madvise(range, RANGE, MADV_NOHUGEPAGE); /* 2 MiB for the first byte */
    base = range;
    return 1;
}

static int grow_range(void)
{
    if (usable + GROWTH > RANGE || mprotect(base + usable, GROWTH, PROT_READ | PROT_WRITE)) return 0;
    usable += GROWTH;
    return 1;
}

/* The first run that is given to no size. Returns RANGE / RUN when there is no room for one. */
static size_t take_run(void)
{
    while (first_empty < used / RUN && runs[first_empty].steps) first_empty++;
    if (first_empty < used / RUN) return first_empty;
    if (!base && !reserve_range()) return RANGE / RUN;
    if (used == usable && !grow_range()) return RANGE / RUN;
    used += RUN;
    return first_empty;
}

/* Chains the blocks of a new run. Returns 0 when there is no room for one. */
static int add_run(size_t steps)
{
    size_t run = take_run();
    if (run == RANGE / RUN) return 0;
    runs[run].steps = (uint8_t)steps;
    for (size_t at = RUN / STEP; at >= steps; at -= steps) {
        Free *block = (Free *)(base + run * RUN + (at - steps) * STEP);
        block->next = free_blocks[steps];
        free_blocks[steps] = block;
    }
    return 1;
}

static void *allocate_small(size_t size)
{
    size_t steps = steps_for(size);
    if (!free_blocks[steps] && !add_run(steps)) return NULL;
    Free *block = free_blocks[steps];
    free_blocks[steps] = block->next;
    return block;
}

static void *allocate(JSMallocState *state, size_t size)
{
    void *block = NULL;
    if (state->malloc_size + size > state->malloc_limit) return NULL;
    if (size <= MAX_SMALL) block = allocate_small(size);
    if (!block) block = malloc(size);
    if (!block) return NULL;
    state->malloc_count++;
    state->malloc_size += size_of(block);
    return block;
}

static void release(JSMallocState *state, void *block)
{
    if (!block) return;
    state->malloc_count--;
    state->malloc_size -= size_of(block);
    if (is_small(block)) {
        Free **list = &free_blocks[size_of(block) / STEP];
        *(Free **)block = *list;
        *list = block;
    } else {
        free(block);
    }
}

static void *resize(JSMallocState *state, void *block, size_t size)
{
    void *moved;
    size_t old;
    if (!block) return size ? allocate(state, size) : NULL;
    if (!size) {
        release(state, block);
        return NULL;
    }
    old = size_of(block);
    if (is_small(block) && size <= MAX_SMALL && steps_for(size) * STEP == old) return block;
    if (!is_small(block) && size > MAX_SMALL) {
        if (state->malloc_size + size - old > state->malloc_limit) return NULL;
        moved = realloc(block, size);
        if (moved) state->malloc_size += size_of(moved) - old;
        return moved;
    }
    moved = allocate(state, size);
    if (!moved) return NULL;
    memcpy(moved, block, old < size ? old : size);
    release(state, block);
    return moved;
}

static int is_fallow(size_t run)
{
    return runs[run].steps && runs[run].free == RUN / (runs[run].steps * STEP);
}

/* Two ascending chains as one. */
static Free *merge(Free *a, Free *b)
{
    Free *head = NULL, **end = &head;
    while (a && b) {
        Free **lower = a < b ? &a : &b;
        *end = *lower;
        end = &(*end)->next;
        *lower = *end;
    }
    *end = a ? a : b;
    return head;
}

/* Merge sort from below: sorted[i] is empty or a chain of 2^i blocks. */
static Free *ascending(Free *chain)
{
    Free *sorted[32] = {NULL};
    while (chain) {
        Free *block = chain;
        size_t i = 0;
        chain = chain->next;
        block->next = NULL;
        for (; sorted[i]; sorted[i++] = NULL) block = merge(sorted[i], block);
        sorted[i] = block;
    }
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++) chain = merge(sorted[i], chain);
    return chain;
}

/* What stays is put next to what is there: from now on the lowest free block is used first. */
void host_heap_trim(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t run = 0; run < used / RUN; run++) runs[run].free = 0;
    for (size_t steps = 1; steps <= MAX_SMALL / STEP; steps++)
        for (Free *block = free_blocks[steps]; block; block = block->next) runs[run_of(block)].free++;
    for (size_t steps = 1; steps <= MAX_SMALL / STEP; steps++)
        for (Free **link = &free_blocks[steps]; *link;)
            if (is_fallow(run_of(*link))) *link = (*link)->next;
            else link = &(*link)->next;
    for (size_t steps = 1; steps <= MAX_SMALL / STEP; steps++) free_blocks[steps] = ascending(free_blocks[steps]);
    first_empty = 0;
    for (size_t run = 0; run < used / RUN; run++)
        if (is_fallow(run)) runs[run].steps = 0;
    for (size_t at = 0, empty = 0; at < used; at += RUN) {
        empty = runs[at / RUN].steps ? 0 : empty + RUN;
        if (empty >= page && (at + RUN) % page == 0) madvise(base + at + RUN - page, page, MADV_DONTNEED);
    }
}

const JSMallocFunctions host_heap = {allocate, release, resize, size_of};
