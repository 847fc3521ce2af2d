/* The process that runs commands (notify.exec). It is this executable started anew, before the daemon confines itself,
 * so it has neither the daemon's memory nor its descriptors, environment, Landlock rules or seccomp filter: what it
 * starts inherits none of them. It runs one command at a time and ends with the daemon. */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000
/* More strings than a request has room for would be a mistake. */
#define MAX_STRINGS 256

static char request[HELPER_MAX_REQUEST + 1];
static char *strings[MAX_STRINGS + 2]; /* the arguments, NULL, the variables, NULL */

void helper_close_from(int first)
{
    long most = sysconf(_SC_OPEN_MAX);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
    for (int fd = first; fd < most; fd++) close(fd);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* Points `strings` into the request. Returns the variables, NULL = not a whole request. */
static char **lay_out(size_t length, HelperRequest *head)
{
    char *at = request + sizeof *head, *end = request + length;
    int32_t count;
    if (length < sizeof *head) return NULL;
    memcpy(head, request, sizeof *head);
    count = head->arguments + head->variables;
    if (head->arguments < 1 || head->variables < 0 || count > MAX_STRINGS) return NULL;
    *end = '\0';
    for (int32_t i = 0; i < count; i++, at += strlen(at) + 1) {
        if (at >= end) return NULL;
        strings[i < head->arguments ? i : i + 1] = at;
    }
    strings[head->arguments] = strings[count + 1] = NULL;
    return strings + head->arguments + 1;
}

/* What the fork runs. `report` is closed by a successful execve, else takes the errno. */
static void become_command(char **variables, int output, int report)
{
    sigset_t none;
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid(); /* a group of its own, to be killed as a whole */
    if (null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(output, STDERR_FILENO) >= 0)
        execve(strings[0], strings, variables);
    int error = errno;
    if (write(report, &error, sizeof error) < 0) _exit(126);
    _exit(127);
}

/* Starts the command. Returns its id and sets `output` to what it prints, or -1 with errno. */
static pid_t start(char **variables, int *output)
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
    if (pid == 0) become_command(variables, out[1], report[1]);
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

/* Waits for the command's end, which is the time limit's or the daemon's at the latest. */
static void attend(pid_t pid, int output, int children, int64_t limit_ms, HelperReply *reply, size_t *length)
{
    int64_t end_ms = now_ms() + limit_ms;
    int status = 0, killed = 0;
    struct pollfd watched[] = {{.fd = children, .events = POLLIN}, {.fd = output, .events = POLLIN}, {.fd = STDIN_FILENO}};
    fcntl(output, F_SETFL, O_NONBLOCK);
    while (waitpid(pid, &status, WNOHANG) == 0) {
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

static void serve(size_t received, int children)
{
    HelperReply reply = {0};
    HelperRequest head;
    size_t length = 0;
    char **variables = lay_out(received, &head);
    int output;
    pid_t pid;
    errno = EINVAL;
    pid = variables ? start(variables, &output) : -1;
    if (pid < 0) {
        reply.error = errno;
    } else {
        attend(pid, output, children, head.limit_ms, &reply, &length);
        close(output);
    }
    send(STDIN_FILENO, &reply, offsetof(HelperReply, output) + length, MSG_NOSIGNAL);
}

int helper_main(void)
{
    struct pollfd socket = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t child;
    int children;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
    children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (children < 0) return EXIT_FAILURE;
    for (;;) {
        ssize_t length;
        if (poll(&socket, 1, -1) < 0 && errno != EINTR) return EXIT_FAILURE;
        length = recv(STDIN_FILENO, request, HELPER_MAX_REQUEST, 0);
        if (length > 0) serve((size_t)length, children);
        else if (length == 0 || (errno != EAGAIN && errno != EINTR)) return EXIT_SUCCESS;
    }
}
