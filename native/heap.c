/* The heap. Nearly all that the interpreter allocates is small (84 bytes on average), in great numbers and as long-lived as
 * the program: packed by size, without headers, it takes 0.3 MiB less than musl's allocator makes of it.
 *
 * Small blocks come from runs of one size each, in a range of addresses of their own; a table tells the size of the run
 * that an address belongs to. Freed ones are chained and used again; host_heap_trim gives back what lies fallow.
 *
 * Longer blocks take several runs, whoever allocates them (the linker sends malloc(3) and its kin here, --wrap). Once many
 * connections have overlapped, musl may keep a group of TLS buffers for the next ones, 128 KiB that no sleep gives back.
 * The longest blocks are musl's, which maps each by itself, and so are small ones that are not the interpreter's. */
#include "host.h"

#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STEP 8 /* of the sizes, and the alignment */
#define MAX_SMALL 512
#define MAX_LONG (128u << 10)
#define RUN 1024 /* short, because of every size half a run is free on average */
#define RANGE (64u << 20) /* reserved, not used: what does not fit is malloc's too */
#define GROWTH (64u << 10)

typedef struct Free {
    struct Free *next;
} Free;

static uint8_t *base; /* of the range; NULL = not reserved yet */
static pthread_t owner; /* the one thread that uses the range */
static size_t used, usable; /* bytes given to runs; bytes that may be touched */
enum { EMPTY = 0, LONG = 0xfe, REST = 0xff }; /* in place of a size: given to none, a long block's first run, its others */
static struct {
    uint8_t steps; /* size of its blocks */
    uint8_t count; /* of those that are free, as host_heap_trim counted; of a long block: its runs */
} runs[RANGE / RUN];
static size_t first_empty; /* no run before it is empty */
static Free *free_blocks[MAX_SMALL / STEP + 1];

/* The size of the blocks for `size` bytes, in steps; from 256 bytes on there is one in eight. */
static size_t steps_for(size_t size)
{
    size_t coarse = size <= 256 ? STEP : 8 * STEP;
    return (size + coarse - 1) / coarse * coarse / STEP;
}

static int is_ours(const void *block)
{
    return base && (uintptr_t)block - (uintptr_t)base < RANGE;
}

static size_t run_of(const void *block)
{
    return ((uintptr_t)block - (uintptr_t)base) / RUN;
}

static int is_small(const void *block)
{
    return is_ours(block) && runs[run_of(block)].steps != LONG;
}

static size_t size_of(const void *block)
{
    if (!is_ours(block)) return malloc_usable_size((void *)block);
    return is_small(block) ? runs[run_of(block)].steps * STEP : runs[run_of(block)].count * (size_t)RUN;
}

static int reserve_range(void)
{
    void *range = mmap(NULL, RANGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) return 0;
    madvise(range, RANGE, MADV_NOHUGEPAGE); /* 2 MiB for the first byte */
    base = range;
    owner = pthread_self();
    return 1;
}

static int grow_range(void)
{
    if (usable + GROWTH > RANGE || mprotect(base + usable, GROWTH, PROT_READ | PROT_WRITE)) return 0;
    usable += GROWTH;
    return 1;
}

/* Makes every run before `end` one of the range. Returns 0 when there is no room. */
static int use_up_to(size_t end)
{
    for (; used < end * RUN; used += RUN)
        if (used == usable && !grow_range()) return 0;
    return 1;
}

/* The first of so many empty runs in a row. Returns RANGE / RUN when there is no room for them. */
static size_t take_runs(size_t count)
{
    size_t run, empty = 0;
    if (!base && !reserve_range()) return RANGE / RUN;
    while (first_empty < used / RUN && runs[first_empty].steps) first_empty++;
    for (run = first_empty; run < used / RUN && empty < count; run++) empty = runs[run].steps ? 0 : empty + 1;
    run -= empty;
    return use_up_to(run + count) ? run : RANGE / RUN;
}

/* Chains the blocks of a new run. Returns 0 when there is no room for one. */
static int add_run(size_t steps)
{
    size_t run = take_runs(1);
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
    size_t steps = runs[run].steps;
    return steps != EMPTY && steps < LONG && runs[run].count == RUN / (steps * STEP);
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
    for (size_t run = 0; run < used / RUN; run++)
        if (runs[run].steps < LONG) runs[run].count = 0;
    for (size_t steps = 1; steps <= MAX_SMALL / STEP; steps++)
        for (Free *block = free_blocks[steps]; block; block = block->next) runs[run_of(block)].count++;
    for (size_t steps = 1; steps <= MAX_SMALL / STEP; steps++)
        for (Free **link = &free_blocks[steps]; *link;)
            if (is_fallow(run_of(*link))) *link = (*link)->next;
            else link = &(*link)->next;
    for (size_t steps = 1; steps <= MAX_SMALL / STEP; steps++) free_blocks[steps] = ascending(free_blocks[steps]);
    first_empty = 0;
    for (size_t run = 0; run < used / RUN; run++)
        if (is_fallow(run)) runs[run].steps = EMPTY;
    for (size_t at = 0, empty = 0; at < used; at += RUN) {
        empty = runs[at / RUN].steps ? 0 : empty + RUN;
        if (empty >= page && (at + RUN) % page == 0) madvise(base + at + RUN - page, page, MADV_DONTNEED);
    }
}

const JSMallocFunctions host_heap = {allocate, release, resize, size_of};

#ifndef __SANITIZE_ADDRESS__ /* which has an allocator of its own */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

/* libcurl's resolver thread allocates and frees small blocks only. Another one would be musl's, or not be freed. */
static int is_for_runs(size_t size)
{
    return size > MAX_SMALL && size <= MAX_LONG && base && pthread_equal(pthread_self(), owner);
}

static size_t runs_for(size_t size)
{
    return (size + RUN - 1) / RUN;
}

/* Gives a long block so many runs; those behind its first `had` are empty. */
static void give_runs(size_t run, size_t had, size_t count)
{
    for (size_t i = had; i < count; i++) runs[run + i].steps = i ? REST : LONG;
    for (size_t i = count; i < had; i++) runs[run + i].steps = EMPTY;
    runs[run].count = (uint8_t)count;
    if (count < had && run + count < first_empty) first_empty = run + count;
}

/* Where the block is. Returns 0 when there is no room behind it. */
static int resize_in_place(void *block, size_t size)
{
    size_t run = run_of(block), had = runs[run].count, count = runs_for(size);
    if (!is_for_runs(size)) return 0;
    for (size_t i = had; i < count && run + i < used / RUN; i++)
        if (runs[run + i].steps) return 0;
    if (!use_up_to(run + count)) return 0;
    give_runs(run, had, count);
    return 1;
}

void *__wrap_malloc(size_t size)
{
    size_t run = is_for_runs(size) ? take_runs(runs_for(size)) : RANGE / RUN;
    if (run == RANGE / RUN) return __real_malloc(size);
    give_runs(run, 0, runs_for(size));
    return base + run * RUN;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block;
    if ((size && count > MAX_LONG / size) || !is_for_runs(count * size)) return __real_calloc(count, size);
    block = __wrap_malloc(count * size);
    return block ? memset(block, 0, count * size) : NULL;
}

void *__wrap_realloc(void *block, size_t size)
{
    void *moved;
    size_t old;
    if (!block) return __wrap_malloc(size);
    if (is_ours(block) && resize_in_place(block, size)) return block;
    if (!is_ours(block) && !is_for_runs(size)) return __real_realloc(block, size);
    moved = __wrap_malloc(size);
    if (!moved) return NULL;
    old = size_of(block);
    memcpy(moved, block, old < size ? old : size);
    __wrap_free(block);
    return moved;
}

void __wrap_free(void *block)
{
    if (!is_ours(block)) __real_free(block);
    else if (pthread_equal(pthread_self(), owner)) give_runs(run_of(block), runs[run_of(block)].count, 0);
}

#endif
