/* The sockets of connections: whom they may lead to, when what they carry counts as lost, and how much a turn reads. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <curl/curl.h>
#include <netinet/in.h>

/* More than libcurl tries at the same time. */
#define KEPT_ATTEMPTS 8

typedef struct {
    struct curl_slist *avoid; /* numeric addresses that are not connected to */
    unsigned lost_after_ms; /* data that the peer does not acknowledge for so long ends the connection; 0 = the kernel's */
    struct {
        int fd;
        char address[INET6_ADDRSTRLEN];
    } attempts[KEPT_ATTEMPTS]; /* the last ones */
    unsigned attempt_count;
} Sockets;

/* curl_opensocket_callback, CURLOPT_OPENSOCKETFUNCTION(3); `opaque` is a Sockets. libcurl goes on to the next address when
 * there is no socket for one. */
curl_socket_t socket_open(void *opaque, curlsocktype purpose, struct curl_sockaddr *address);

/* Numeric address of the attempt that is connected, '' = none of them is. */
const char *socket_connected_to(const Sockets *sockets);

/* A turn of the loop begins. */
void socket_begin_turn(void);

#endif
