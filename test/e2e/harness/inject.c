/* Has another process make a system call, as code that got into it would: inject PID CALL [ARGUMENT...].
 * An argument is a number, or bytes for a pointer to point at: =TEXT (with its final NUL), or @HEX.
 * Prints what the call returned, or the signal that it was killed by. x86-64, root. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCALL_BYTES 2 /* of the instruction syscall */
#define RED_ZONE 128 /* below the stack pointer, which leaf functions use */
#define WORD sizeof(long)

static void require(long result, const char *what)
{
    if (result >= 0) return;
    perror(what);
    exit(2);
}

/* Puts the bytes below `top` in the memory of the process. Returns where. */
static unsigned long put(pid_t pid, unsigned long top, const char *bytes, size_t length)
{
    unsigned long start = (top - length) & ~15ul;
    for (size_t at = 0; at < length; at += WORD) {
        long word = 0;
        memcpy(&word, bytes + at, length - at < WORD ? length - at : WORD);
        require(ptrace(PTRACE_POKEDATA, pid, start + at, word), "PTRACE_POKEDATA");
    }
    return start;
}

static unsigned long read_argument(pid_t pid, unsigned long *top, const char *text)
{
    char bytes[256];
    size_t length = 0;
    if (*text == '=') return *top = put(pid, *top, text + 1, strlen(text));
    if (*text != '@') return strtoul(text, NULL, 0);
    for (const char *at = text + 1; *at && length < sizeof bytes; at += 2) {
        unsigned byte;
        if (sscanf(at, "%2x", &byte) != 1) break;
        bytes[length++] = (char)byte;
    }
    return *top = put(pid, *top, bytes, length);
}

/* Stops the process where it waits for events, and nowhere else: there it can be sent back to. */
static void stop_asleep(pid_t pid, struct user_regs_struct *registers)
{
    for (;;) {
        require(ptrace(PTRACE_ATTACH, pid, 0, 0), "PTRACE_ATTACH");
        require(waitpid(pid, NULL, 0), "waitpid");
        require(ptrace(PTRACE_GETREGS, pid, 0, registers), "PTRACE_GETREGS");
        if (registers->orig_rax == SYS_select) return;
        require(ptrace(PTRACE_DETACH, pid, 0, 0), "PTRACE_DETACH");
        usleep(1000);
    }
}

int main(int argc, char **argv)
{
    struct user_regs_struct saved, call;
    int status;
    pid_t pid;
    if (argc < 3) return 2;
    pid = (pid_t)atol(argv[1]);
    stop_asleep(pid, &saved);
    call = saved;
    call.rip -= SYSCALL_BYTES; /* the instruction that put it to sleep */
    call.rax = strtoul(argv[2], NULL, 0);
    call.orig_rax = -1ul;
    unsigned long long *registers[] = {&call.rdi, &call.rsi, &call.rdx, &call.r10, &call.r8, &call.r9};
    unsigned long top = saved.rsp - RED_ZONE;
    for (int i = 3; i < argc && i < 9; i++) *registers[i - 3] = read_argument(pid, &top, argv[i]);
    require(ptrace(PTRACE_SETREGS, pid, 0, &call), "PTRACE_SETREGS");
    require(ptrace(PTRACE_SINGLESTEP, pid, 0, 0), "PTRACE_SINGLESTEP");
    require(waitpid(pid, &status, 0), "waitpid");
    if (WIFSIGNALED(status)) {
        printf("SIG%s\n", sigabbrev_np(WTERMSIG(status)));
        return 0;
    }
    require(ptrace(PTRACE_GETREGS, pid, 0, &call), "PTRACE_GETREGS");
    if ((long)call.rax < 0) printf("%s\n", strerrorname_np(-(int)call.rax));
    else printf("%ld\n", (long)call.rax);
    require(ptrace(PTRACE_SETREGS, pid, 0, &saved), "PTRACE_SETREGS");
    require(ptrace(PTRACE_DETACH, pid, 0, 0), "PTRACE_DETACH");
    return 0;
}
