#include "sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static int is_avoided(const struct curl_slist *avoid, const struct curl_sockaddr *address)
{
    const struct sockaddr *at = &address->addr;
    const void *bytes = at->sa_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)(const void *)at)->sin6_addr
                                                  : (const void *)&((const struct sockaddr_in *)(const void *)at)->sin_addr;
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(at->sa_family, bytes, text, sizeof text)) return 0;
    while (avoid && strcmp(avoid->data, text) != 0) avoid = avoid->next;
    return avoid != NULL;
}

curl_socket_t socket_open(void *opaque, curlsocktype purpose, struct curl_sockaddr *address)
{
    const SocketRules *rules = opaque;
    int fd;
    (void)purpose;
    if (is_avoided(rules->avoid, address)) return CURL_SOCKET_BAD;
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &rules->lost_after_ms, sizeof rules->lost_after_ms);
    return fd;
}
