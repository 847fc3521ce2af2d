/* Tests of native/heap.c, as it is in the product: the sanitizers' build has their allocator. Prints a line a test and
 * `N passed, N failed`. */
#include "host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define BLOCKS 2000
#define STEPS 400000

static JSMallocState state = {.malloc_limit = (size_t)-1};
static int passed, failed;

static void report(const char *name, int holds)
{
    printf("%s %s\n", holds ? "ok" : "FAILED", name);
    holds ? passed++ : failed++;
}

/* What becomes of a process that does this, and the first bytes that it writes to stderr. */
static int fate_of(void (*act)(void), char *said, size_t size)
{
    int status, pipe_fd[2];
    ssize_t length;
    fflush(stdout);
    if (pipe(pipe_fd)) exit(EXIT_FAILURE);
    if (fork() == 0) {
        dup2(pipe_fd[1], STDERR_FILENO);
        act();
        _exit(EXIT_SUCCESS);
    }
    close(pipe_fd[1]);
    length = read(pipe_fd[0], said, size - 1);
    said[length > 0 ? length : 0] = '\0';
    close(pipe_fd[0]);
    wait(&status);
    return status;
}

static uint32_t draw(void)
{
    static uint32_t seed = 1;
    seed ^= seed << 13, seed ^= seed >> 17, seed ^= seed << 5;
    return seed;
}

static int is_filled(const uint8_t *block, size_t size, uint8_t value)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != value) return 0;
    return 1;
}

/* Blocks of random sizes come, change and go; each is filled with a value of its own, so two that overlap are noticed. */
static int keeps_its_blocks_apart(void)
{
    static struct { uint8_t *block; size_t size; uint8_t value; } all[BLOCKS];
    for (int step = 0; step < STEPS; step++) {
        size_t i = draw() % BLOCKS, size = draw() % (draw() % 8 ? 200 : 3000);
        if (all[i].block && !is_filled(all[i].block, all[i].size, all[i].value)) return 0;
        if (all[i].block && draw() % 2) {
            host_heap.js_free(&state, all[i].block);
            all[i].block = NULL;
        } else {
            size_t kept = all[i].block && all[i].size < size ? all[i].size : size;
            uint8_t *block = host_heap.js_realloc(&state, all[i].block, size + 1);
            if (!block || host_heap.js_malloc_usable_size(block) < size + 1 || (uintptr_t)block % 8) return 0;
            if (all[i].block && !is_filled(block, kept, all[i].value)) return 0;
            all[i].block = block, all[i].size = size + 1, all[i].value = (uint8_t)draw();
            memset(block, all[i].value, size + 1);
        }
        if (step % 10000 == 0) host_heap_trim();
    }
    for (size_t i = 0; i < BLOCKS; i++) host_heap.js_free(&state, all[i].block);
    return state.malloc_count == 0 && state.malloc_size == 0;
}

static size_t resident_pages(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*u %zu", &pages) != 1) exit(EXIT_FAILURE);
    fclose(file);
    return pages;
}

/* 8 MiB of small blocks, freed: the system has them back. */
static int gives_back_what_is_free(void)
{
    static void *blocks[80000];
    size_t before = resident_pages(), full;
    for (size_t i = 0; i < 80000; i++) memset(blocks[i] = host_heap.js_malloc(&state, 100), 1, 100);
    full = resident_pages();
    for (size_t i = 0; i < 80000; i++) host_heap.js_free(&state, blocks[i]);
    host_heap_trim();
    /* The table of the runs stays, and the list above. */
    return full > before + 1900 && resident_pages() < before + 300;
}

static void free_twice(void)
{
    void *block = host_heap.js_malloc(&state, 40), *other = host_heap.js_malloc(&state, 40);
    host_heap.js_free(&state, block);
    host_heap.js_free(&state, block);
    host_heap.js_free(&state, other);
}

static void free_the_middle(void)
{
    host_heap.js_free(&state, (uint8_t *)host_heap.js_malloc(&state, 40) + 8);
}

static void free_a_foreign_block(void)
{
    static char foreign[64];
    host_heap.js_free(&state, foreign + 32);
}

static void use_up_the_memory(void)
{
    const struct rlimit limit = {128 << 20, 128 << 20};
    setrlimit(RLIMIT_AS, &limit);
    for (;;) host_heap.js_malloc(&state, 500);
}

static void exceed_the_limit(void)
{
    JSMallocState limited = {.malloc_limit = 10000};
    void *block = host_heap.js_malloc(&limited, 9000);
    if (host_heap.js_malloc(&limited, 2000) || host_heap.js_realloc(&limited, block, 20000)) _exit(EXIT_FAILURE);
}

int main(void)
{
    char said[200];
    int status;
    report("heap: random blocks come, change and go → none touches another, nothing is left", keeps_its_blocks_apart());
    report("heap: many blocks freed → the system has their memory back", gives_back_what_is_free());
    status = fate_of(free_twice, said, sizeof said);
    report("heap: a block freed twice → said, and the end of the process",
           WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(said, "not in use"));
    status = fate_of(free_the_middle, said, sizeof said);
    report("heap: an address within a block freed → said, and the end of the process",
           WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(said, "not in use"));
    status = fate_of(free_a_foreign_block, said, sizeof said);
    report("heap: a foreign address freed → the end of the process", WIFSIGNALED(status));
    status = fate_of(use_up_the_memory, said, sizeof said);
    report("heap: no memory is left → said, and status 71",
           WIFEXITED(status) && WEXITSTATUS(status) == EX_OSERR && strstr(said, "no more memory"));
    status = fate_of(exceed_the_limit, said, sizeof said);
    report("heap: a runtime beyond its own limit → refused, nothing else", WIFEXITED(status) && WEXITSTATUS(status) == 0);
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
