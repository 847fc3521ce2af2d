/* Prints rtnetlink datagrams as the kernel sends them, in the form of src/core/wire/trace.ts.
 *
 * usage: capture-rtnetlink [-g GROUP] [-r REQUEST]... [-s] [-b BYTES] [-w MS] [COMMAND]
 *   -g GROUP    join a multicast group (RTNLGRP_ number)
 *   -r REQUEST  send this message, in hex
 *   -s          strict checking of requests (NETLINK_GET_STRICT_CHK)
 *   -b BYTES    size of the receive buffer, which bounds the datagrams of a dump (32768)
 *   -w MS       how long to listen (300)
 *   COMMAND     run by the shell before the first datagram is read; with a request, after it
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void set_option(int fd, int option, int value)
{
    if (setsockopt(fd, SOL_NETLINK, option, &value, sizeof value) < 0) err(1, "setsockopt %d", option);
}

static void send_hex(int fd, const char *hex)
{
    unsigned char message[256];
    size_t length = strlen(hex) / 2;
    if (length > sizeof message) errx(1, "request too long");
    for (size_t i = 0; i < length; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &message[i]) != 1) errx(1, "not hex: %s", hex);
    if (send(fd, message, length, 0) < 0) err(1, "send");
}

static void run(const char *command)
{
    if (command && system(command) != 0) errx(1, "failed: %s", command);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    const struct sockaddr_nl any = {.nl_family = AF_NETLINK};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), option, requests = 0;
    double end_ms = 300, left_ms;
    const char *group = "-";
    size_t capacity = 32768;
    if (fd < 0 || bind(fd, (const struct sockaddr *)&any, sizeof any) < 0) err(1, "netlink socket");
    while ((option = getopt(argc, argv, "g:r:sb:w:")) != -1) {
        switch (option) {
        case 'g': set_option(fd, NETLINK_ADD_MEMBERSHIP, atoi(group = optarg)); break;
        case 'r': send_hex(fd, optarg), requests++; break;
        case 's': set_option(fd, NETLINK_GET_STRICT_CHK, 1); break;
        case 'b': capacity = strtoul(optarg, NULL, 10); break;
        case 'w': end_ms = atof(optarg); break;
        default: return 64;
        }
    }
    unsigned char *datagram = malloc(capacity);
    if (!datagram) err(1, "malloc");
    end_ms += now_ms();
    if (!requests) run(argv[optind]);
    for (struct pollfd ready = {.fd = fd, .events = POLLIN}; (left_ms = end_ms - now_ms()) > 0;) {
        if (poll(&ready, 1, (int)left_ms) <= 0) break;
        ssize_t length = recv(fd, datagram, capacity, MSG_TRUNC);
        if (length < 0 || (size_t)length > capacity) err(1, "recv");
        printf("%.3f %s ", now_ms(), group);
        for (ssize_t i = 0; i < length; i++) printf("%02x", datagram[i]);
        putchar('\n');
        if (requests) run(argv[optind]), requests = 0;
    }
    return 0;
}
