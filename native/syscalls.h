/* The system calls that the process keeps (syscalls.c), for seccomp(2). */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <linux/filter.h>

/* Of no length where nobody has drawn it up for the architecture. */
extern const struct sock_fprog syscall_filter;

#endif
