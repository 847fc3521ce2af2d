/* What the start has filled in for good, addresses of functions first of all, is read-only from then on. The linker marks
 * those pages (PT_GNU_RELRO); in a static executable nobody but ourselves acts on it. */
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

static int protect(struct dl_phdr_info *image, size_t size, void *opaque)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size, (void)opaque;
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type != PT_GNU_RELRO) continue;
        uintptr_t start = (image->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = (image->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
        if (end > start && mprotect((void *)start, end - start, PROT_READ)) {
            perror("ipv6ddns: mprotect");
            exit(EX_OSERR);
        }
    }
    return 0;
}

/* Before main. */
__attribute__((constructor)) static void protect_relro(void)
{
    dl_iterate_phdr(protect, NULL);
}
