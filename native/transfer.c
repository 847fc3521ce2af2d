#include "transfer.h"
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HEAD_BYTES (64 * 1024)
#define TRANSFER_BUFFER_BYTES 16384L

static JSValue throw_easy(JSContext *ctx, const char *call, CURLcode code)
{
    return host_throw(ctx, call, code == CURLE_OUT_OF_MEMORY ? "ENOMEM" : "EINVAL", curl_easy_strerror(code));
}

/* Appends to the head or the body of the reply. libcurl ends the transfer (CURLE_WRITE_ERROR) after a failure, whose
 * reason is put down. Returns -1 for one. */
static int append(Transfer *transfer, Buffer *buffer, const char *bytes, size_t length)
{
    if (length > buffer->limit - buffer->length) {
        const char *what = buffer == &transfer->head ? "head of the reply" : "reply";
        snprintf(transfer->reason, sizeof transfer->reason, "the %s is longer than %zu bytes", what, buffer->limit);
        return -1;
    }
    if (length > buffer->capacity - buffer->length) {
        size_t capacity = (buffer->length + length) * 2;
        char *grown = realloc(buffer->bytes, capacity);
        if (!grown) {
            snprintf(transfer->reason, sizeof transfer->reason, "%s", strerror(ENOMEM));
            return -1;
        }
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *opaque)
{
    Transfer *transfer = opaque;
    return append(transfer, &transfer->body, bytes, size * count) ? 0 : size * count;
}

/* Puts down the version of TLS, while the connection is the transfer's. */
static void note_tls(Transfer *transfer)
{
    struct curl_tlssessioninfo *tls = NULL;
    if (curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &tls) || !tls || !tls->internals) return;
    snprintf(transfer->tls_version, sizeof transfer->tls_version, "%s", mbedtls_ssl_get_version(tls->internals));
}

/* Called per line. Every reply starts with its status line: what came before it was a proxy's or interim (1xx). */
static size_t on_head(char *line, size_t size, size_t count, void *opaque)
{
    Transfer *transfer = opaque;
    size_t length = size * count;
    if (!transfer->tls_version[0]) note_tls(transfer);
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) transfer->head.length = 0;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) length--;
    if (length == 0) return size * count;
    if (append(transfer, &transfer->head, line, length) || append(transfer, &transfer->head, "\n", 1)) return 0;
    return size * count;
}

/* The next two read a property of `options`; they return -1 with an exception pending. */
static int get_text(JSContext *ctx, JSValueConst options, const char *name, const char **text, size_t *length)
{
    JSValue value = JS_GetPropertyStr(ctx, options, name);
    *text = NULL;
    if (JS_IsNull(value)) return 0;
    *text = JS_ToCStringLen(ctx, length, value); /* NULL for an exception */
    JS_FreeValue(ctx, value);
    return *text ? 0 : -1;
}

static int get_list(JSContext *ctx, JSValueConst options, const char *name, struct curl_slist **list)
{
    int64_t count;
    JSValue array = JS_GetPropertyStr(ctx, options, name);
    int result = JS_IsException(array) ? -1 : host_get_number(ctx, array, "length", &count);
    for (int64_t i = 0; result == 0 && i < count; i++) {
        JSValue item = JS_GetPropertyUint32(ctx, array, (uint32_t)i);
        const char *text = JS_ToCString(ctx, item);
        struct curl_slist *grown = text ? curl_slist_append(*list, text) : NULL;
        if (grown) *list = grown;
        else if (text) JS_ThrowOutOfMemory(ctx);
        result = grown ? 0 : -1;
        JS_FreeCString(ctx, text);
        JS_FreeValue(ctx, item);
    }
    JS_FreeValue(ctx, array);
    return result;
}

/* A flag among the options: 1, 0, -1 = exception pending. */
static int get_flag(JSContext *ctx, JSValueConst options, const char *name)
{
    JSValue value = JS_GetPropertyStr(ctx, options, name);
    int flag = JS_ToBool(ctx, value);
    JS_FreeValue(ctx, value);
    return flag;
}

/* Sets a text option from the property, nothing when it is null. Throws as the calls do. */
static int set_text(JSContext *ctx, Transfer *transfer, CURLoption option, JSValueConst options, const char *name)
{
    const char *text;
    size_t length;
    CURLcode code;
    if (get_text(ctx, options, name, &text, &length)) return -1;
    if (!text) return 0;
    code = CURLE_OK;
    if (option == CURLOPT_COPYPOSTFIELDS) /* the length first: the text is copied as long as it says */
        code = curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    if (!code) code = curl_easy_setopt(transfer->easy, option, text);
    JS_FreeCString(ctx, text);
    if (!code) return 0;
    throw_easy(ctx, name, code);
    return -1;
}

/* Copies a text property to `*copy`, nothing when it is null. Returns -1 with an exception pending. */
static int copy_text(JSContext *ctx, char **copy, JSValueConst options, const char *name)
{
    const char *text;
    size_t length;
    if (get_text(ctx, options, name, &text, &length)) return -1;
    if (!text) return 0;
    *copy = strdup(text);
    JS_FreeCString(ctx, text);
    if (*copy) return 0;
    JS_ThrowOutOfMemory(ctx);
    return -1;
}

/* The address that the connection leaves from, nothing when it is null. Throws as the calls do. */
static int set_from(JSContext *ctx, Transfer *transfer, JSValueConst options)
{
    char input[sizeof "host!" + 64]; /* "host!": an address, to be looked for among no interfaces */
    const char *text;
    size_t length;
    CURLcode code;
    if (get_text(ctx, options, "from", &text, &length)) return -1;
    if (!text) return 0;
    snprintf(input, sizeof input, "host!%s", text);
    JS_FreeCString(ctx, text);
    code = curl_easy_setopt(transfer->easy, CURLOPT_INTERFACE, input);
    if (!code) return 0;
    throw_easy(ctx, "from", code);
    return -1;
}

/* Copies the host of the URL: a name without a final dot, or an address without brackets. Returns -1 when it cannot be had. */
static int get_host(CURL *easy, char *host, size_t size)
{
    char *url = NULL, *text = NULL;
    size_t length;
    CURLU *parts = curl_url();
    int failed = !parts || curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url) || !url ||
                 curl_url_set(parts, CURLUPART_URL, url, 0) || curl_url_get(parts, CURLUPART_HOST, &text, 0);
    if (!failed) {
        length = strlen(text);
        if (text[0] == '[') snprintf(host, size, "%.*s", (int)length - 2, text + 1);
        else snprintf(host, size, "%.*s", (int)(length && text[length - 1] == '.' ? length - 1 : length), text);
    }
    curl_free(text);
    curl_url_cleanup(parts);
    return failed ? -1 : 0;
}

/* libcurl is about to shake hands: curl_ssl_ctx_callback, CURLOPT_SSL_CTX_FUNCTION(3). */
static CURLcode on_tls(CURL *easy, void *config, void *opaque)
{
    Transfer *transfer = opaque;
    Verifier *verifier = &transfer->verifier;
    transfer->has_begun_tls = 1;
    snprintf(transfer->peer, sizeof transfer->peer, "%s", socket_connected_to(&transfer->sockets));
    if (trust_problem(&verifier->trust, transfer->reason, sizeof transfer->reason)) return CURLE_SSL_CACERT_BADFILE;
    if (get_host(easy, verifier->host, sizeof verifier->host)) return CURLE_OUT_OF_MEMORY;
    verify_use(verifier, config);
    return CURLE_OK;
}

static long resolve_option(int64_t family)
{
    if (family == 4) return CURL_IPRESOLVE_V4;
    return family == 6 ? CURL_IPRESOLVE_V6 : CURL_IPRESOLVE_WHATEVER;
}

static int set_options(JSContext *ctx, Transfer *transfer, JSValueConst options)
{
    CURL *easy = transfer->easy;
    CURLcode code = CURLE_OK;
    int64_t timeout_ms, connect_timeout_ms, lost_after_ms, max_body_bytes, family;
    int new_connection = get_flag(ctx, options, "newConnection");
    int connect_only = get_flag(ctx, options, "connectOnly");
#define SET(option, value) if (!code) code = curl_easy_setopt(easy, option, value)
    if (new_connection < 0 || connect_only < 0 || set_text(ctx, transfer, CURLOPT_URL, options, "url") ||
        set_text(ctx, transfer, CURLOPT_COPYPOSTFIELDS, options, "body") ||
        set_text(ctx, transfer, CURLOPT_CUSTOMREQUEST, options, "method") ||
        copy_text(ctx, &transfer->verifier.trust.file, options, "caFile") ||
        copy_text(ctx, &transfer->verifier.trust.folder, options, "caPath") ||
        set_text(ctx, transfer, CURLOPT_PROXY, options, "proxy") ||
        set_text(ctx, transfer, CURLOPT_NOPROXY, options, "noProxy") ||
        set_from(ctx, transfer, options) ||
        get_list(ctx, options, "headers", &transfer->headers) ||
        get_list(ctx, options, "resolve", &transfer->resolve) ||
        get_list(ctx, options, "avoid", &transfer->sockets.avoid) ||
        host_get_number(ctx, options, "family", &family) ||
        host_get_number(ctx, options, "timeoutMs", &timeout_ms) ||
        host_get_number(ctx, options, "connectTimeoutMs", &connect_timeout_ms) ||
        host_get_number(ctx, options, "lostAfterMs", &lost_after_ms) ||
        host_get_number(ctx, options, "maxBodyBytes", &max_body_bytes))
        return -1;
    transfer->sockets.lost_after_ms = (unsigned)lost_after_ms;
    transfer->head.limit = MAX_HEAD_BYTES;
    transfer->body.limit = max_body_bytes < 0 ? 0 : (size_t)max_body_bytes;
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    SET(CURLOPT_RESOLVE, transfer->resolve);
    SET(CURLOPT_IPRESOLVE, resolve_option(family));
    SET(CURLOPT_OPENSOCKETFUNCTION, socket_open);
    SET(CURLOPT_OPENSOCKETDATA, &transfer->sockets);
    SET(CURLOPT_SSL_CTX_FUNCTION, on_tls);
    SET(CURLOPT_SSL_CTX_DATA, transfer);
    SET(CURLOPT_FRESH_CONNECT, (long)new_connection);
    SET(CURLOPT_CONNECT_ONLY, (long)connect_only);
    SET(CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_head);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_BUFFERSIZE, TRANSFER_BUFFER_BYTES);
    SET(CURLOPT_UPLOAD_BUFFERSIZE, TRANSFER_BUFFER_BYTES);
#undef SET
    if (!code) return 0;
    throw_easy(ctx, "curl_easy_setopt", code);
    return -1;
}

void transfer_free(Transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->resolve);
    curl_slist_free_all(transfer->sockets.avoid);
    free(transfer->verifier.trust.file);
    free(transfer->verifier.trust.folder);
    free(transfer->head.bytes);
    free(transfer->body.bytes);
    free(transfer);
}

Transfer *transfer_new(JSContext *ctx, JSValueConst options)
{
    Transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer) transfer->verifier.server.depth = transfer->verifier.fault.depth = -1;
    if (!transfer || !(transfer->easy = curl_easy_init())) {
        free(transfer);
        JS_ThrowOutOfMemory(ctx);
        return NULL;
    }
    if (set_options(ctx, transfer, options) == 0) return transfer;
    transfer_free(transfer);
    return NULL;
}
