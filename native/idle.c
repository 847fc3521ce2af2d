/* What a sleeping process keeps in memory. quickjs-libc.c waits for events in select(2), and nowhere else; that call comes
 * here (loop.c). When nothing happened for a second, the pages of the executable that are as in the file are given back
 * (the kernel keeps them in its cache, and the next event brings back those that it needs), and those of the stack, of the
 * heap and of the buffer for datagrams that only the work before has needed. */
#include "host.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <unistd.h>

#define QUIET_SEC 1
#define STACK_BYTES (256 * 1024) /* more than anything has needed */
#define CALL_BYTES 1024 /* of the stack, for the calls that follow */

/* Writable segments keep their pages: they differ from the file. */
static int drop_read_only_segments(struct dl_phdr_info *image, size_t size, void *opaque)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size, (void)opaque;
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (image->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = image->dlpi_addr + segment->p_vaddr + segment->p_memsz;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

/* What lies below the frames in use; the rest of its size limit is not mapped, and madvise passes over that. */
static void drop_unused_stack(void)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - CALL_BYTES) & ~(page - 1);
    madvise((void *)(end - STACK_BYTES), STACK_BYTES, MADV_DONTNEED);
}

int host_select(int count, fd_set *readable, fd_set *writable, fd_set *failed, struct timeval *timeout)
{
    const fd_set wanted_readable = *readable, wanted_writable = *writable;
    struct timeval quiet = {.tv_sec = QUIET_SEC};
    int ready;
    if (timeout && timeout->tv_sec < QUIET_SEC) return select(count, readable, writable, failed, timeout);
    ready = select(count, readable, writable, failed, &quiet);
    if (ready != 0) return ready;
    *readable = wanted_readable;
    *writable = wanted_writable;
    if (timeout) timeout->tv_sec -= QUIET_SEC;
    host_heap_trim();
    host_netlink_trim();
    drop_unused_stack();
    dl_iterate_phdr(drop_read_only_segments, NULL); /* last: what runs after it is brought back */
    return select(count, readable, writable, failed, timeout);
}
