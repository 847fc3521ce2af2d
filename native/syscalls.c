/* Which system calls the process keeps (seccomp(2)): a program of classic BPF, in read-only memory, because only C's
 * headers know the numbers of the machine it is built for. It was drawn up from what musl, libcurl and quickjs-libc use
 * in a running daemon.
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
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
/* The lower half of a 64-bit argument, on a little-endian machine. The kernel itself looks at no more of those below. */
#define LOAD_ARGUMENT(number) LOAD(args[number])
#define IF_EQUAL(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define IF_BITS(bits, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, then, otherwise)
#define KEEP_BITS(bits) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)

#define ALLOW(call) IF_EQUAL(__NR_##call, 0, 1), RETURN(SECCOMP_RET_ALLOW)
#define KILL(call) IF_EQUAL(__NR_##call, 0, 1), RETURN(SECCOMP_RET_KILL_PROCESS)
/* No code can be made at run time. */
#define ALLOW_WITHOUT_EXEC(call) \
    IF_EQUAL(__NR_##call, 0, 4), LOAD_ARGUMENT(2), IF_BITS(PROT_EXEC, 0, 1), REFUSE(EPERM), RETURN(SECCOMP_RET_ALLOW)

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

    IF_EQUAL(__NR_fcntl, 0, 6), /* but no signal to another process */
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

    ALLOW_WITHOUT_EXEC(mmap),
    ALLOW_WITHOUT_EXEC(mprotect),

    /* Memory. */
    ALLOW(brk), ALLOW(madvise), ALLOW(mremap), ALLOW(munmap),

    /* Files; which ones is Landlock's business. */
    ALLOW(close), ALLOW(faccessat), ALLOW(fchmod), ALLOW(fdatasync), ALLOW(fstat), ALLOW(fsync), ALLOW(ftruncate),
    ALLOW(getcwd), ALLOW(getdents64), ALLOW(lseek), ALLOW(newfstatat), ALLOW(openat), ALLOW(pread64),
    ALLOW(pwrite64), ALLOW(read), ALLOW(readlinkat), ALLOW(readv), ALLOW(renameat), ALLOW(renameat2), ALLOW(statx),
    ALLOW(unlinkat), ALLOW(write), ALLOW(writev),

    /* The network. bind is for an address to leave from; without listen and accept nothing can be served. */
    ALLOW(bind), ALLOW(connect), ALLOW(getpeername), ALLOW(getsockname), ALLOW(getsockopt), ALLOW(recvfrom),
    ALLOW(recvmmsg), ALLOW(recvmsg), ALLOW(sendmsg), ALLOW(sendto), ALLOW(setsockopt), ALLOW(shutdown),

    /* Waiting, time, signals. */
    ALLOW(clock_getres), ALLOW(clock_gettime), ALLOW(clock_nanosleep), ALLOW(eventfd2), ALLOW(gettimeofday),
    ALLOW(nanosleep), ALLOW(pipe2), ALLOW(ppoll), ALLOW(pselect6), ALLOW(restart_syscall), ALLOW(rt_sigaction),
    ALLOW(rt_sigpending), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(rt_sigtimedwait), ALLOW(sigaltstack),
    ALLOW(signalfd4), ALLOW(timerfd_create), ALLOW(timerfd_gettime), ALLOW(timerfd_settime),

    /* The process. It has one thread. */
    ALLOW(dup), ALLOW(dup3), ALLOW(exit), ALLOW(exit_group), ALLOW(getegid), ALLOW(geteuid), ALLOW(getgid), ALLOW(getpid),
    ALLOW(getppid), ALLOW(getrandom), ALLOW(gettid), ALLOW(getuid), ALLOW(sysinfo), ALLOW(umask), ALLOW(uname),

#ifdef __x86_64__ /* the older forms of some, which musl uses where they exist */
    ALLOW(access), ALLOW(arch_prctl), ALLOW(dup2), ALLOW(eventfd), ALLOW(lstat), ALLOW(open), ALLOW(pipe), ALLOW(poll),
    ALLOW(readlink), ALLOW(rename), ALLOW(select), ALLOW(signalfd), ALLOW(stat), ALLOW(time), ALLOW(unlink),
    KILL(modify_ldt),
#endif

    KILL(execve), KILL(execveat), KILL(ptrace), KILL(process_vm_readv), KILL(process_vm_writev), KILL(kcmp),
    KILL(mount), KILL(umount2), KILL(pivot_root), KILL(chroot), KILL(setns), KILL(unshare), KILL(open_by_handle_at),
    KILL(init_module), KILL(finit_module), KILL(delete_module), KILL(kexec_load), KILL(reboot), KILL(swapon),
    KILL(bpf), KILL(perf_event_open), KILL(userfaultfd), KILL(personality), KILL(io_uring_setup),
    KILL(add_key), KILL(request_key), KILL(keyctl),

    REFUSE(ENOSYS), /* also to the x32 ABI, whose numbers have __X32_SYSCALL_BIT */
};

const unsigned short syscall_filter_length = sizeof syscall_filter / sizeof *syscall_filter;
_Static_assert(sizeof syscall_filter / sizeof *syscall_filter <= SYSCALL_FILTER_MOST, "it fits into a copy");

#else

const struct sock_filter syscall_filter[] = {{0}};
const unsigned short syscall_filter_length = 0;

#endif
