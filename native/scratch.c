/* The heap of a program that answers once and is dropped as a whole, native/settings.c: to free each of its objects would
 * take a tenth of the daemon's start, and would leave holes where the daemon's own come to lie.
 *
 * Blocks of all sizes come from a range of addresses of its own, one behind the other; there are four sizes to a doubling,
 * and freed blocks of a size are chained and used again. Nothing counts what is in use, so the interpreter never looks for
 * cycles: they live as long as the program. */
#include "host.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#define RANGE ((size_t)0) /* none: its blocks are to be the sanitizer's */
#else
#define RANGE ((size_t)28 << 20) /* reserved, not used; a program that needs more ends with "out of memory" */
#endif
#define GROWTH ((size_t)256 << 10)
#define SIZES (4 * 28)

typedef union Block {
    size_t number; /* of its size, while it is in use; in front of what is handed out */
    union Block *next; /* while it is free */
    uint64_t alignment;
} Block;

static uint8_t *base; /* NULL = not open */
static size_t used, usable; /* bytes handed out; bytes that may be touched */
static Block *free_blocks[SIZES];

/* The number of the least size for that many bytes: 16, 20, 24, 28, 32, 40, … SIZES = there is none. */
static size_t number_for(size_t bytes)
{
    size_t doubling = 0;
    while (doubling < SIZES / 4 && bytes > (size_t)28 << doubling) doubling++;
    if (doubling == SIZES / 4) return SIZES;
    size_t quarter = (size_t)4 << doubling;
    size_t quarters = bytes <= quarter * 4 ? 4 : (bytes + quarter - 1) / quarter;
    return 4 * doubling + quarters - 4;
}

static size_t bytes_of(size_t number)
{
    return (4 + number % 4) * ((size_t)4 << number / 4);
}

static size_t size_of(const void *block)
{
    return bytes_of(((const Block *)block)[-1].number);
}

static void *allocate(JSMallocState *state, size_t size)
{
    size_t number = number_for(size), taken;
    Block *block;
    (void)state;
    if (number == SIZES) return NULL;
    block = free_blocks[number];
    if (block) {
        free_blocks[number] = block->next;
    } else {
        taken = sizeof *block + (bytes_of(number) + sizeof *block - 1) / sizeof *block * sizeof *block;
        if (taken > RANGE - used) return NULL;
        while (used + taken > usable) {
            if (mprotect(base + usable, GROWTH, PROT_READ | PROT_WRITE)) return NULL;
            usable += GROWTH;
        }
        block = (Block *)(base + used);
        used += taken;
    }
    block->number = number;
    return block + 1;
}

static void release(JSMallocState *state, void *handed_out)
{
    Block *block = (Block *)handed_out - 1;
    (void)state;
    if (!handed_out) return;
    Block **list = &free_blocks[block->number];
    block->next = *list;
    *list = block;
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
    if (number_for(size) == ((Block *)block)[-1].number) return block;
    moved = allocate(state, size);
    if (!moved) return NULL;
    memcpy(moved, block, old < size ? old : size);
    release(state, block);
    return moved;
}

static const JSMallocFunctions functions = {allocate, release, resize, size_of};

JSRuntime *host_new_scratch_runtime(void)
{
    void *range = mmap(NULL, RANGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    JSRuntime *rt;
    if (range == MAP_FAILED) return NULL;
    base = range;
    rt = JS_NewRuntime2(&functions, NULL);
    if (!rt) host_drop_scratch_runtime();
    return rt;
}

void host_drop_scratch_runtime(void)
{
    munmap(base, RANGE);
    base = NULL;
    used = usable = 0;
    memset(free_blocks, 0, sizeof free_blocks);
}
