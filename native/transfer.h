/* One transfer of libcurl: its options, what it collects of the reply, and its result. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "quickjs.h"
#include "sockets.h"
#include "verify.h"

#include <curl/curl.h>

typedef struct {
    char *bytes;
    size_t length, capacity, limit;
} Buffer;

typedef struct Transfer {
    struct Transfer *next;
    CURL *easy;
    int id;
    struct curl_slist *headers, *resolve;
    Buffer head, body;
    Verifier verifier;
    Sockets sockets;
    int has_begun_tls;
    char peer[INET6_ADDRSTRLEN]; /* whom the handshake was begun with; '' = it was not */
    char tls_version[16]; /* of the connection; '' = none was made */
    char error[CURL_ERROR_SIZE], reason[CURL_ERROR_SIZE]; /* libcurl's words; ours, which go before */
} Transfer;

/* Makes a transfer from a TransferOptions (types/http.d.ts). Returns NULL with an exception pending. */
Transfer *transfer_new(JSContext *ctx, JSValueConst options);
void transfer_free(Transfer *transfer);

/* The Completed of a transfer that ended with `code`. */
JSValue transfer_describe(JSContext *ctx, const Transfer *transfer, CURLcode code);

#endif
