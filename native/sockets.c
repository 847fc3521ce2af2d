#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* Writes '' for what is no address of the internet. */
static void write_address(const struct sockaddr *at, char text[INET6_ADDRSTRLEN])
{
    const void *bytes = at->sa_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)(const void *)at)->sin6_addr
                                                  : (const void *)&((const struct sockaddr_in *)(const void *)at)->sin_addr;
    if (!inet_ntop(at->sa_family, bytes, text, INET6_ADDRSTRLEN)) text[0] = '\0';
}

curl_socket_t socket_open(void *opaque, curlsocktype purpose, struct curl_sockaddr *address)
{
    Sockets *sockets = opaque;
    const struct curl_slist *avoid = sockets->avoid;
    char text[INET6_ADDRSTRLEN];
    int fd;
    (void)purpose;
    write_address(&address->addr, text);
    while (avoid && strcmp(avoid->data, text) != 0) avoid = avoid->next;
    if (avoid) return CURL_SOCKET_BAD;
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &sockets->lost_after_ms, sizeof sockets->lost_after_ms);
    sockets->attempts[sockets->attempt_count % KEPT_ATTEMPTS].fd = fd;
    memcpy(sockets->attempts[sockets->attempt_count++ % KEPT_ATTEMPTS].address, text, sizeof text);
    return fd;
}

/* An attempt that failed has been closed, and its number may belong to another connection by now: the address tells. */
const char *socket_connected_to(const Sockets *sockets)
{
    for (unsigned i = sockets->attempt_count; i > 0 && sockets->attempt_count - i < KEPT_ATTEMPTS; i--) {
        const char *address = sockets->attempts[(i - 1) % KEPT_ATTEMPTS].address;
        char text[INET6_ADDRSTRLEN];
        struct sockaddr_storage peer = {0};
        socklen_t length = sizeof peer;
        if (getpeername(sockets->attempts[(i - 1) % KEPT_ATTEMPTS].fd, (struct sockaddr *)&peer, &length)) continue;
        write_address((struct sockaddr *)&peer, text);
        if (strcmp(text, address) == 0) return address;
    }
    return "";
}

/* What a peer sends is read in turns of so many bytes at most, then the loop serves whoever else has something, and the
 * limits of time are looked at. Without it mbedTLS and libcurl go on as long as something has come: a stream of alerts
 * before any certificate, or a proxy's endless reply, would hold the loop as long as it pleases. */
#define TURN_BYTES (32 * 1024)

static size_t turn_budget = TURN_BYTES;

void socket_begin_turn(void)
{
    turn_budget = TURN_BYTES;
}

/* Stands for recv(2) (-Wl,--wrap), which libcurl reads with. */
ssize_t __real_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
    ssize_t count;
    if (turn_budget == 0) {
        errno = EAGAIN;
        return -1;
    }
    count = __real_recv(fd, bytes, length < turn_budget ? length : turn_budget, flags);
    if (count > 0) turn_budget -= (size_t)count;
    return count;
}
