/* The sockets of connections: whom they may lead to, and when what they carry counts as lost. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <curl/curl.h>

typedef struct {
    struct curl_slist *avoid; /* numeric addresses that are not connected to */
    unsigned lost_after_ms; /* data that the peer does not acknowledge for so long ends the connection; 0 = the kernel's */
} SocketRules;

/* curl_opensocket_callback, CURLOPT_OPENSOCKETFUNCTION(3); `opaque` is a SocketRules. libcurl goes on to the next address
 * when there is no socket for one. */
curl_socket_t socket_open(void *opaque, curlsocktype purpose, struct curl_sockaddr *address);

#endif
