/* Which system calls the process keeps (seccomp(2)): a program of classic BPF, in read-only memory, because only C's
 * headers know the numbers of the machine it is built for. The names are in syscalls.list, drawn up from what musl,
 * libcurl and quickjs-libc use in a running daemon.
 *
 * A call that is missing here answers ENOSYS, as on a kernel too old for it: libraries then do without, and one that was
 * forgotten costs an error message, not the daemon. What no fault of ours can ask for, only somebody else's code, ends
 * the process: programs, other processes' memory, namespaces, modules. */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARMEL__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__mips__) && _MIPS_SIM == _ABIO32 && defined(__MIPSEL__)
#define ARCHITECTURE AUDIT_ARCH_MIPSEL
#elif defined(__mips__) && _MIPS_SIM == _ABIO32
#define ARCHITECTURE AUDIT_ARCH_MIPS
#endif

/* What 32-bit machines call otherwise. */
#ifdef __NR_fcntl64
#define FCNTL __NR_fcntl64
#else
#define FCNTL __NR_fcntl
#endif
#ifdef __NR_mmap2
#define MMAP __NR_mmap2
#else
#define MMAP __NR_mmap
#endif

#ifdef ARCHITECTURE

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
/* The lower half of a 64-bit argument. The kernel itself looks at no more of those below. */
#define LOWER_HALF (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)
#define LOAD_ARGUMENT(number) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[number]) + LOWER_HALF)
#define IF_EQUAL(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define IF_BITS(bits, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, then, otherwise)
#define KEEP_BITS(bits) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)

#define ALLOW(call) IF_EQUAL(__NR_##call, 0, 1), RETURN(SECCOMP_RET_ALLOW)
#define KILL(call) IF_EQUAL(__NR_##call, 0, 1), RETURN(SECCOMP_RET_KILL_PROCESS)
/* No code can be made at run time. */
#define ALLOW_WITHOUT_EXEC(number) \
    IF_EQUAL(number, 0, 4), LOAD_ARGUMENT(2), IF_BITS(PROT_EXEC, 0, 1), REFUSE(EPERM), RETURN(SECCOMP_RET_ALLOW)
/* Root leaves no program for others to become root by. Whoever makes no file need not name a mode. */
#define CREATES (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))
#define ALLOW_WITHOUT_SETUID(number, flags, mode) \
    IF_EQUAL(number, 0, 6), LOAD_ARGUMENT(flags), IF_BITS(CREATES, 0, 3), LOAD_ARGUMENT(mode), \
    IF_BITS(S_ISUID | S_ISGID, 0, 1), REFUSE(EPERM), RETURN(SECCOMP_RET_ALLOW)

/* Of the second argument of socket(2); what is above are flags. */
#define SOCKET_TYPE_BITS 0xf

const struct sock_filter syscall_filter[] = {
    LOAD(arch),
    IF_EQUAL(ARCHITECTURE, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),

    /* Those whose arguments matter. */
    IF_EQUAL(__NR_tkill, 0, 4), /* abort(3)'s */
    LOAD_ARGUMENT(0),
    IF_EQUAL(0 /* SYSCALL_FILTER_OWN_ID */, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSE(EPERM),

    IF_EQUAL(FCNTL, 0, 6), /* but no signal to another process */
    LOAD_ARGUMENT(1),
    IF_EQUAL(F_SETOWN, 3, 0),
    IF_EQUAL(F_SETOWN_EX, 2, 0),
    IF_EQUAL(F_SETSIG, 1, 0),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSE(EPERM),

    IF_EQUAL(__NR_socket, 0, 20),
    LOAD_ARGUMENT(0),
    IF_EQUAL(AF_NETLINK, 14, 0),
    IF_EQUAL(AF_UNIX, 10, 0),
    IF_EQUAL(AF_INET, 1, 0),
    IF_EQUAL(AF_INET6, 0, 14),
    LOAD_ARGUMENT(1),
    KEEP_BITS(SOCKET_TYPE_BITS),
    IF_EQUAL(SOCK_STREAM, 1, 0),
    IF_EQUAL(SOCK_DGRAM, 0, 10),
    LOAD_ARGUMENT(2), /* TCP and UDP; not ICMP, SCTP, MPTCP */
    IF_EQUAL(0, 7, 0),
    IF_EQUAL(IPPROTO_TCP, 6, 0),
    IF_EQUAL(IPPROTO_UDP, 5, 6),
    LOAD_ARGUMENT(1), /* Unix: the service manager's datagrams, and if_nametoindex(3) */
    KEEP_BITS(SOCKET_TYPE_BITS),
    IF_EQUAL(SOCK_DGRAM, 2, 3),
    LOAD_ARGUMENT(2),
    IF_EQUAL(NETLINK_ROUTE, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSE(EAFNOSUPPORT),

    IF_EQUAL(__NR_ioctl, 0, 7), /* isatty, and stdio's; the interface of a name server's link-local address */
    LOAD_ARGUMENT(1),
    IF_EQUAL(TIOCGWINSZ, 3, 0),
    IF_EQUAL(FIONBIO, 2, 0),
    IF_EQUAL(FIONREAD, 1, 0),
    IF_EQUAL(SIOCGIFINDEX, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSE(EPERM),

    ALLOW_WITHOUT_EXEC(MMAP),
    ALLOW_WITHOUT_EXEC(__NR_mprotect),

#ifdef __NR_open
    ALLOW_WITHOUT_SETUID(__NR_open, 1, 2),
#endif
    ALLOW_WITHOUT_SETUID(__NR_openat, 2, 3),

#include "syscalls.inc" /* made of syscalls.list */

    REFUSE(ENOSYS), /* also to the x32 ABI, whose numbers have __X32_SYSCALL_BIT */
};

const unsigned short syscall_filter_length = sizeof syscall_filter / sizeof *syscall_filter;
_Static_assert(sizeof syscall_filter / sizeof *syscall_filter <= SYSCALL_FILTER_MOST, "it fits into a copy");

#else

const struct sock_filter syscall_filter[] = {{0}};
const unsigned short syscall_filter_length = 0;

#endif
