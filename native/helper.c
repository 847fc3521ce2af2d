/* The processes that run a command (notify.exec) for the daemon. They are this executable started anew, before the daemon
 * confines itself, so they have neither the daemon's memory nor its descriptors, environment, Landlock rules or seccomp
 * filter: what they start inherits none of them. They end with the daemon.
 *
 * There are two, because a confined daemon can start no other: the runner (runner.c) does the work, this one waits for
 * the runner's end and puts another in its place. If this one dies, the runner goes on alone. */
#include "helper.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What keeps a runner from living, such as a lack of memory, may pass. */
#define RESPAWN_DELAY_S 1

static char message[HELPER_MAX_MESSAGE];
static char *arguments[HELPER_MAX_STRINGS + 1];
static char *variables[2 * HELPER_MAX_STRINGS + 1]; /* with room for a request's */

void helper_close_from(int first)
{
    long most = sysconf(_SC_OPEN_MAX);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
    for (int fd = first; fd < most; fd++) close(fd);
}

int helper_lay_out(char *at, char *end, char **strings, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        char *last = memchr(at, '\0', (size_t)(end - at));
        if (!last) return -1;
        strings[i] = at;
        at = last + 1;
    }
    return at == end ? 0 : -1;
}

/* Takes the first message, which lies there since before this process was started. Returns the number of variables, -1 =
 * it is none. */
static int32_t take_command(void)
{
    ssize_t length = recv(STDIN_FILENO, message, sizeof message, 0);
    char *strings[2 * HELPER_MAX_STRINGS];
    HelperMessage head;
    if (length < (ssize_t)sizeof head) return -1;
    memcpy(&head, message, sizeof head);
    if (head.arguments < 1 || head.arguments > HELPER_MAX_STRINGS) return -1;
    if (head.variables < 0 || head.variables > HELPER_MAX_STRINGS) return -1;
    if (helper_lay_out(message + sizeof head, message + length, strings, head.arguments + head.variables)) return -1;
    memcpy(arguments, strings, (size_t)head.arguments * sizeof *strings);
    memcpy(variables, strings + head.arguments, (size_t)head.variables * sizeof *strings);
    return head.variables;
}

/* Ends what a dead runner has left running, and replies in its place. */
static void make_good(RunnerTask *task)
{
    const HelperReply reply = {.lost = 1};
    if (task->group > 0) kill(-task->group, SIGKILL);
    if (task->serving) send(STDIN_FILENO, &reply, offsetof(HelperReply, output), MSG_NOSIGNAL);
    task->group = task->serving = 0;
}

/* Returns whether the runner ended as it should: with the other side. Takes away what dead runners have left behind, which
 * is ours as its subreaper. */
static int outlive(pid_t runner)
{
    int status;
    pid_t ended;
    do ended = waitpid(-1, &status, 0);
    while (ended != runner && (ended > 0 || errno == EINTR));
    return ended == runner && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

int helper_main(void)
{
    RunnerTask *task = mmap(NULL, sizeof *task, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int32_t inherited = take_command();
    if (task == MAP_FAILED || inherited < 0) return EXIT_FAILURE;
    signal(SIGCHLD, SIG_DFL);                   /* the daemon ignores it */
    prctl(PR_SET_DUMPABLE, 0ul, 0ul, 0ul, 0ul); /* closed to other processes of this user: the daemon is one */
    prctl(PR_SET_CHILD_SUBREAPER, 1ul, 0ul, 0ul, 0ul);
    for (;;) {
        pid_t runner = fork();
        if (runner == 0) _exit(runner_main(arguments, variables, inherited, task));
        if (runner > 0 && outlive(runner)) return EXIT_SUCCESS;
        make_good(task);
        sleep(RESPAWN_DELAY_S);
    }
}
