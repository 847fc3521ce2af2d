/* What the daemon and the helper, the process that runs commands for it, say to each other: one request, one reply, over
 * a SOCK_SEQPACKET pair. Both are of this executable, so that the layout is the same. */
#ifndef HELPER_H
#define HELPER_H

#include <stdint.h>

/* argv[0] that makes the executable the helper. */
#define HELPER_NAME "ipv6ddns-helper"

/* A request and all that follows it; less than a socket's buffer holds (net.core.wmem_default). */
#define HELPER_MAX_REQUEST (128 * 1024)

/* What is kept of the output of a command. */
#define HELPER_MAX_OUTPUT 1024

/* Followed by the arguments, then the variables (NAME=value), each with its final NUL. */
typedef struct {
    int32_t limit_ms, arguments, variables;
} HelperRequest;

/* The output is as long as the message says. */
typedef struct {
    int32_t error;  /* errno: the command could not be started; 0 = it was */
    int32_t status; /* exit status */
    int32_t signal; /* that ended it, 0 = none */
    int32_t timed_out;
    char output[HELPER_MAX_OUTPUT];
} HelperReply;

/* Serves requests on descriptor 0 until the other side is closed. Returns the exit status. */
int helper_main(void);

/* Closes every descriptor from `first` on. */
void helper_close_from(int first);

#endif
