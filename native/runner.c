/* The process that runs the command of notify.exec (helper.c), once for each request, one at a time. Requests come from a
 * confined process and are not trusted: they cannot name another command, nor variables other than those below. */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000

/* What src/core/notify/message.ts tells a command. No pointers: they would be memory that every daemon has to adjust. */
static const char known[][sizeof "IPV6DDNS_PREVIOUS="] = {
    "IPV6DDNS_EVENT=", "IPV6DDNS_NAME=", "IPV6DDNS_ADDRESS=", "IPV6DDNS_PREVIOUS=",
    "IPV6DDNS_ERROR=", "IPV6DDNS_TEXT=", "IPV6DDNS_JSON=",
};
enum { KNOWN = sizeof known / sizeof *known };

static char request[HELPER_MAX_MESSAGE];

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

static int is_known(const char *variable)
{
    for (int i = 0; i < KNOWN; i++)
        if (strncmp(variable, known[i], strlen(known[i])) == 0) return 1;
    return 0;
}

/* Points `variables` into the request, and ends them with NULL. Returns 0, or -1: it is none. */
static int lay_out(size_t length, HelperMessage *head, char **variables)
{
    if (length < sizeof *head || length > sizeof request) return -1;
    memcpy(head, request, sizeof *head);
    if (head->arguments != 0 || head->variables < 0 || head->variables > KNOWN) return -1;
    if (helper_lay_out(request + sizeof *head, request + length, variables, head->variables)) return -1;
    for (int32_t i = 0; i < head->variables; i++)
        if (!is_known(variables[i])) return -1;
    variables[head->variables] = NULL;
    return 0;
}

/* What the fork runs. `report` is closed by a successful execve, else takes the errno. */
static void become_command(char **arguments, char **variables, int output, int report, RunnerTask *task)
{
    sigset_t none;
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    task->group = setsid(); /* a group of its own, to be killed as a whole */
    if (null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(output, STDERR_FILENO) >= 0)
        execve(arguments[0], arguments, variables);
    int error = errno;
    if (write(report, &error, sizeof error) < 0) _exit(126);
    _exit(127);
}

/* Starts the command. Returns its id and sets `output` to what it prints, or -1 with errno. */
static pid_t start(char **arguments, char **variables, RunnerTask *task, int *output)
{
    int out[2], report[2], error = 0;
    pid_t pid;
    if (pipe2(out, O_CLOEXEC) < 0) return -1;
    if (pipe2(report, O_CLOEXEC) < 0) {
        error = errno;
        close(out[0]), close(out[1]);
        errno = error;
        return -1;
    }
    pid = fork();
    if (pid == 0) become_command(arguments, variables, out[1], report[1], task);
    if (pid < 0) error = errno;
    close(out[1]), close(report[1]);
    if (pid > 0 && read(report[0], &error, sizeof error) > 0) waitpid(pid, NULL, 0);
    close(report[0]);
    *output = out[0];
    if (!error) return pid;
    close(out[0]);
    errno = error;
    return -1;
}

/* Keeps the beginning of what there is to read, throws away the rest. */
static void drain(int fd, HelperReply *reply, size_t *length)
{
    char surplus[512];
    ssize_t count;
    do {
        size_t room = sizeof reply->output - *length;
        count = room > 0 ? read(fd, reply->output + *length, room) : read(fd, surplus, sizeof surplus);
        if (room > 0 && count > 0) *length += (size_t)count;
    } while (count > 0);
}

/* Takes away every child that has ended: commands, and what they left behind, which is ours as their subreaper. Returns
 * whether `awaited` was among them. */
static int reap(pid_t awaited, int *status)
{
    int any_status, found = 0;
    for (pid_t pid; (pid = waitpid(-1, &any_status, WNOHANG)) > 0;)
        if (pid == awaited) *status = any_status, found = 1;
    return found;
}

/* Waits for the command's end, which is the time limit's or the daemon's at the latest. */
static void attend(pid_t pid, int output, int children, int64_t limit_ms, HelperReply *reply, size_t *length)
{
    int64_t end_ms = now_ms() + limit_ms;
    int status = 0, killed = 0;
    struct pollfd watched[] = {{.fd = children, .events = POLLIN}, {.fd = output, .events = POLLIN}, {.fd = STDIN_FILENO}};
    fcntl(output, F_SETFL, O_NONBLOCK);
    while (!reap(pid, &status)) {
        struct signalfd_siginfo ended;
        int64_t left_ms = end_ms - now_ms();
        if (!killed && (left_ms <= 0 || watched[2].revents)) {
            reply->timed_out = left_ms <= 0;
            killed = kill(-pid, SIGKILL) == 0;
        }
        poll(watched, killed ? 2 : 3, killed || left_ms < 0 ? -1 : (int)left_ms);
        if (watched[0].revents && read(children, &ended, sizeof ended) < 0 && errno != EAGAIN) _exit(EXIT_FAILURE);
        if (watched[1].revents) drain(output, reply, length);
        if (watched[1].revents & POLLHUP) watched[1].fd = -1; /* it closed its output and goes on */
    }
    drain(output, reply, length);
    reply->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    reply->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void serve(size_t received, int children, char **arguments, char **variables, int32_t inherited, RunnerTask *task)
{
    HelperReply reply = {0};
    HelperMessage head;
    size_t length = 0;
    int output, refused = lay_out(received, &head, variables + inherited);
    pid_t pid;
    errno = EINVAL;
    pid = refused ? -1 : start(arguments, variables, task, &output);
    if (pid < 0) {
        reply.error = errno;
    } else {
        attend(pid, output, children, head.limit_ms, &reply, &length);
        close(output);
    }
    task->group = 0;
    send(STDIN_FILENO, &reply, offsetof(HelperReply, output) + length, MSG_NOSIGNAL);
}

int runner_main(char **arguments, char **variables, int32_t inherited, RunnerTask *task)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1ul, 0ul, 0ul, 0ul);
    int children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    struct pollfd watched[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = children, .events = POLLIN}};
    if (children < 0) return EXIT_FAILURE;
    for (;;) {
        struct signalfd_siginfo ended;
        ssize_t length;
        if (poll(watched, 2, -1) < 0 && errno != EINTR) return EXIT_FAILURE;
        if (watched[1].revents && read(children, &ended, sizeof ended) > 0) reap(0, NULL);
        if (!watched[0].revents) continue;
        task->serving = 1; /* first: a request that is taken and forgotten would never be replied to */
        length = recv(STDIN_FILENO, request, sizeof request, MSG_TRUNC);
        if (length == 0 && watched[0].revents & POLLHUP) return EXIT_SUCCESS; /* else an empty message */
        if (length >= 0) serve((size_t)length, children, arguments, variables, inherited, task);
        else if (errno != EAGAIN && errno != EINTR) return EXIT_FAILURE;
        task->serving = 0;
    }
}
