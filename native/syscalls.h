/* The system calls that the process keeps (syscalls.c), for seccomp(2). */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <linux/filter.h>

/* Where the list is to have the id of the process, which nobody knows before; so many lines have room in a copy. */
enum { SYSCALL_FILTER_OWN_ID = 6, SYSCALL_FILTER_MOST = 448 };

extern const struct sock_filter syscall_filter[];

/* 0 where nobody has drawn it up for the architecture. */
extern const unsigned short syscall_filter_length;

#endif
