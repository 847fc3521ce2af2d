/* The interpreter's heap. Nearly all that it allocates is small (84 bytes on average), in great numbers and as long-lived
 * as the program: packed by size, without headers, it takes 130 KiB less than musl's allocator makes of it. Longer blocks
 * are malloc(3)'s, and so is everything that is not the interpreter's.
 *
 * Small blocks come from runs of one size each, in a range of addresses of their own. A table tells of each run the size
 * of its blocks and which of them are taken, so a block that is freed twice or was never handed out ends the process. */
#include "host.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#define STEP 8 /* of the sizes, and the alignment */
#define MIN_SMALL 16 /* a run has 64 blocks at most, one for each bit of `taken` */
#define MAX_SMALL 512
#define RUN 1024 /* short, because of every size half a run is free on average */
#define RANGE (64u << 20) /* reserved, not used: what does not fit is malloc's too */
#define GROWTH (128u << 10) /* gets its pages at once: a fault for each makes a start 1.5 ms longer */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

static uint8_t *base; /* of the range; NULL = not reserved yet */
static size_t used = RUN, usable; /* bytes given to runs, from the second one on; bytes that may be touched */
static struct {
    uint64_t taken; /* a bit for each block */
    uint32_t next; /* of the runs of this size that have room; 0 = none */
    uint32_t steps; /* size of its blocks; 0 = given to none */
} runs[RANGE / RUN];
static size_t first_empty = 1; /* no run before it is given to none */
static uint32_t with_room[MAX_SMALL / STEP + 1]; /* by steps: the first run; 0 = none */

static void say(const char *line)
{
    if (write(STDERR_FILENO, line, strlen(line)) < 0) return; /* nobody listens */
}

static _Noreturn void end_without_memory(void)
{
    say("ipv6ddns: the system gives no more memory; allow more (MemoryMax=, ulimit -v) or free some\n");
    _exit(EX_OSERR);
}

static _Noreturn void end_with_broken_heap(void)
{
    say("ipv6ddns: memory was given back that is not in use: a fault of the program; please report it\n");
    abort();
}

/* The size of the blocks for `size` bytes, in steps; from 256 bytes on there is one in eight. */
static uint32_t steps_for(size_t size)
{
    size_t coarse = size <= 256 ? STEP : 8 * STEP;
    return size <= MIN_SMALL ? MIN_SMALL / STEP : (uint32_t)((size + coarse - 1) / coarse * coarse / STEP);
}

/* `taken` of a run that has no room. */
static uint64_t all_of(uint32_t steps)
{
    return ~(uint64_t)0 >> (64 - RUN / (steps * STEP));
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
    return is_small(block) ? runs[run_of(block)].steps * STEP : malloc_usable_size((void *)block);
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
    madvise(base + usable, GROWTH, MADV_POPULATE_WRITE);
    usable += GROWTH;
    return 1;
}

/* Gives the first empty run to blocks of that size. Returns 0 when there is no room for one. */
static uint32_t add_run(uint32_t steps)
{
    if (!base && !reserve_range()) return 0;
    while (first_empty < used / RUN && runs[first_empty].steps) first_empty++;
    if (first_empty == used / RUN) {
        if (used >= usable && !grow_range()) return 0;
        used += RUN;
    }
    runs[first_empty].steps = steps;
    runs[first_empty].next = 0;
    return with_room[steps] = (uint32_t)first_empty;
}

static void *take_small(size_t size)
{
    uint32_t steps = steps_for(size), run = with_room[steps];
    if (!run) run = add_run(steps);
    if (!run) return NULL;
    size_t block = (size_t)__builtin_ctzll(~runs[run].taken);
    runs[run].taken |= (uint64_t)1 << block;
    if (runs[run].taken == all_of(steps)) {
        with_room[steps] = runs[run].next;
        runs[run].next = 0;
    }
    return base + run * RUN + block * steps * STEP;
}

static void give_small(void *block)
{
    size_t run = run_of(block), offset = ((uintptr_t)block - (uintptr_t)base) % RUN;
    uint32_t steps = runs[run].steps;
    uint64_t bit = steps && offset % (steps * STEP) == 0 ? (uint64_t)1 << offset / (steps * STEP) : 0;
    if (!(runs[run].taken & bit)) end_with_broken_heap();
    if (runs[run].taken == all_of(steps)) {
        runs[run].next = with_room[steps];
        with_room[steps] = (uint32_t)run;
    }
    runs[run].taken &= ~bit;
}

/* A program that has used up its own limit is told so; one without memory cannot go on. */
static void *allocate(JSMallocState *state, size_t size)
{
    void *block = NULL;
    if (state->malloc_size + size > state->malloc_limit) return NULL;
    if (size <= MAX_SMALL) block = take_small(size);
    if (!block) block = malloc(size);
    if (!block) end_without_memory();
    state->malloc_count++;
    state->malloc_size += size_of(block);
    return block;
}

static void release(JSMallocState *state, void *block)
{
    if (!block) return;
    state->malloc_count--;
    state->malloc_size -= size_of(block);
    if (is_small(block)) give_small(block);
    else free(block);
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
        if (!moved) end_without_memory();
        state->malloc_size += size_of(moved) - old;
        return moved;
    }
    moved = allocate(state, size);
    if (!moved) return NULL;
    memcpy(moved, block, old < size ? old : size);
    release(state, block);
    return moved;
}

/* From now on the lowest blocks are used first: what comes is put next to what stays. */
void host_heap_sort(void)
{
    memset(with_room, 0, sizeof with_room);
    for (size_t run = used / RUN - 1; run >= 1; run--) {
        uint32_t steps = runs[run].steps;
        if (!runs[run].taken) {
            runs[run].steps = 0;
            first_empty = run;
        } else if (runs[run].taken != all_of(steps)) {
            runs[run].next = with_room[steps];
            with_room[steps] = (uint32_t)run;
        }
    }
}

/* The same, and the pages that no block is in go back to the kernel. */
void host_heap_trim(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    host_heap_sort();
    for (size_t at = 0, empty = 0; at <= usable; at += RUN) {
        if (at < usable && !runs[at / RUN].steps) continue;
        size_t start = (empty + page - 1) / page * page, end = at / page * page;
        if (start < end) madvise(base + start, end - start, MADV_DONTNEED);
        empty = at + RUN;
    }
}

const JSMallocFunctions host_heap = {allocate, release, resize, size_of};
