/* What the daemon and the helper, the processes that run a command for it, say to each other over a SOCK_SEQPACKET pair:
 * the command once, before the daemon confines itself; from then on one request, one reply. Both sides are of this
 * executable, so that the layout is the same. */
#ifndef HELPER_H
#define HELPER_H

#include <stdint.h>
#include <sys/types.h>

/* argv[0] that makes the executable the helper. */
#define HELPER_NAME "ipv6ddns-helper"

/* A message with all that follows; less than a socket's buffer holds (net.core.wmem_default). */
#define HELPER_MAX_MESSAGE (128 * 1024)

/* Arguments of the command, and variables that every run gets. More of either would be a mistake. */
#define HELPER_MAX_STRINGS 256

/* What is kept of the output of a command. */
#define HELPER_MAX_OUTPUT 1024

/* The arguments follow, then the variables (NAME=value), each with its final NUL. The first message has the command and
 * what every run of it gets, any other a time limit and the variables of one run: those that runner.c knows. */
typedef struct {
    int32_t limit_ms, arguments, variables;
} HelperMessage;

/* The output is as long as the message says. */
typedef struct {
    int32_t error;  /* errno: the command could not be started; 0 = it was */
    int32_t status; /* exit status */
    int32_t signal; /* that ended it, 0 = none */
    int32_t timed_out;
    int32_t lost; /* the process that ran it died, and has been replaced */
    char output[HELPER_MAX_OUTPUT];
} HelperReply;

/* Serves the other side of descriptor 0 until it is closed. Returns the exit status. */
int helper_main(void);

/* Closes every descriptor from `first` on. */
void helper_close_from(int first);

/* Points at each of the strings between `at` and `end`. Returns 0, or -1: there are not as many. */
int helper_lay_out(char *at, char *end, char **strings, int32_t count);

/* In memory of the two processes: what the one makes good when the other dies. */
typedef volatile struct {
    int32_t serving; /* a request has been taken, and not been replied to */
    pid_t group; /* of the command that runs, 0 = none */
} RunnerTask;

/* Serves requests: runs `arguments` with `variables`, which has room for a request's behind its `inherited` first ones.
 * Returns the exit status, which is EXIT_SUCCESS only when the other side is closed. */
int runner_main(char **arguments, char **variables, int32_t inherited, RunnerTask *task);

#endif
