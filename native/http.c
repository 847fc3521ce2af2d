/* libcurl's multi interface; signatures and contract in types/http.d.ts, libcurl-multi(3).
 *
 * A `Multi` belongs to its JavaScript object: close() or the object's end frees it. Its transfers are a list that
 * it owns; each easy handle points back to its transfer (CURLOPT_PRIVATE). */
#include "host.h"
#include "quickjs-libc.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HEAD_BYTES (64 * 1024)
#define TRANSFER_BUFFER_BYTES 16384L

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
    int too_large;
    char error[CURL_ERROR_SIZE];
} Transfer;

typedef struct {
    JSContext *ctx;
    CURLM *handle;
    JSValue on_socket, on_timer;
    Transfer *transfers;
    int last_id;
} Multi;

static JSClassID multi_class;

static JSValue throw_multi(JSContext *ctx, const char *call, CURLMcode code)
{
    return host_throw(ctx, call, code == CURLM_OUT_OF_MEMORY ? "ENOMEM" : "EINVAL", curl_multi_strerror(code));
}

static JSValue throw_easy(JSContext *ctx, const char *call, CURLcode code)
{
    return host_throw(ctx, call, code == CURLE_OUT_OF_MEMORY ? "ENOMEM" : "EINVAL", curl_easy_strerror(code));
}

static int append(Buffer *buffer, const char *bytes, size_t length)
{
    if (length > buffer->limit - buffer->length) return -1;
    if (length > buffer->capacity - buffer->length) {
        size_t capacity = (buffer->length + length) * 2;
        char *grown = realloc(buffer->bytes, capacity);
        if (!grown) return -1;
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return 0;
}

/* libcurl ends the transfer (CURLE_WRITE_ERROR) when fewer bytes are taken than it offers. */
static size_t on_body(char *bytes, size_t size, size_t count, void *opaque)
{
    Transfer *transfer = opaque;
    if (append(&transfer->body, bytes, size * count) == 0) return size * count;
    transfer->too_large = 1;
    return 0;
}

/* Called per line. Every reply starts with its status line: what came before it was a proxy's or interim (1xx). */
static size_t on_head(char *line, size_t size, size_t count, void *opaque)
{
    Transfer *transfer = opaque;
    size_t length = size * count;
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) transfer->head.length = 0;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) length--;
    if (length == 0) return size * count;
    if (append(&transfer->head, line, length) == 0 && append(&transfer->head, "\n", 1) == 0) return size * count;
    transfer->too_large = 1;
    return 0;
}

/* The callback may close its own multi handle: both are held while it runs. */
static void call_back(JSContext *ctx, JSValueConst function, int argc, JSValueConst *argv)
{
    JSValue held = JS_DupValue(ctx, function);
    JSValue result = JS_Call(ctx, held, JS_UNDEFINED, argc, argv);
    JS_FreeValue(ctx, held);
    if (JS_IsException(result)) js_std_dump_error(ctx);
    JS_FreeValue(ctx, result);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *opaque, void *socket_data)
{
    Multi *multi = opaque;
    JSContext *ctx = multi->ctx;
    int interest = what == CURL_POLL_REMOVE ? CURL_POLL_NONE : what; /* IN = 1, OUT = 2, INOUT = 3 */
    JSValueConst arguments[] = {JS_NewInt32(ctx, fd), JS_NewInt32(ctx, interest)};
    (void)easy, (void)socket_data;
    call_back(ctx, multi->on_socket, 2, arguments);
    return 0;
}

static int on_timer(CURLM *handle, long delay_ms, void *opaque)
{
    Multi *multi = opaque;
    JSValueConst arguments[] = {JS_NewInt64(multi->ctx, delay_ms)};
    (void)handle;
    call_back(multi->ctx, multi->on_timer, 1, arguments);
    return 0;
}

static void free_transfer(Transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->resolve);
    free(transfer->head.bytes);
    free(transfer->body.bytes);
    free(transfer);
}

/* Takes the transfer out of the handle and the list, then frees it. Fails inside of a callback only. */
static CURLMcode remove_transfer(Multi *multi, Transfer *transfer)
{
    Transfer **link = &multi->transfers;
    CURLMcode code = curl_multi_remove_handle(multi->handle, transfer->easy);
    if (code) return code;
    while (*link != transfer) link = &(*link)->next;
    *link = transfer->next;
    free_transfer(transfer);
    return CURLM_OK;
}

static CURLMcode close_multi(Multi *multi)
{
    CURLMcode code = CURLM_OK;
    while (multi->transfers && !code) code = remove_transfer(multi, multi->transfers);
    if (!code) code = curl_multi_cleanup(multi->handle);
    if (code) return code;
    multi->handle = NULL;
    curl_global_cleanup();
    return CURLM_OK;
}

static void finalize_multi(JSRuntime *rt, JSValueConst value)
{
    Multi *multi = JS_GetOpaque(value, multi_class);
    if (!multi) return;
    if (multi->handle) { /* no JavaScript may run in here */
        curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, NULL);
        curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, NULL);
        close_multi(multi);
    }
    JS_FreeValueRT(rt, multi->on_socket);
    JS_FreeValueRT(rt, multi->on_timer);
    js_free_rt(rt, multi);
}

static void mark_multi(JSRuntime *rt, JSValueConst value, JS_MarkFunc *mark)
{
    Multi *multi = JS_GetOpaque(value, multi_class);
    if (!multi) return;
    JS_MarkValue(rt, multi->on_socket, mark);
    JS_MarkValue(rt, multi->on_timer, mark);
}

static const JSClassDef multi_class_def = {"Multi", .finalizer = finalize_multi, .gc_mark = mark_multi};

static JSValue http_open(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    JSValue object;
    Multi *multi;
    CURLcode code;
    (void)this_val, (void)argc;
    if (!JS_IsFunction(ctx, argv[0]) || !JS_IsFunction(ctx, argv[1])) return JS_ThrowTypeError(ctx, "two functions expected");
    object = JS_NewObjectClass(ctx, (int)multi_class);
    if (JS_IsException(object)) return object;
    multi = js_mallocz(ctx, sizeof *multi);
    if (!multi) goto fail;
    multi->ctx = ctx;
    multi->on_socket = JS_DupValue(ctx, argv[0]);
    multi->on_timer = JS_DupValue(ctx, argv[1]);
    JS_SetOpaque(object, multi);
    code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code) {
        throw_easy(ctx, "curl_global_init", code);
        goto fail;
    }
    multi->handle = curl_multi_init();
    if (!multi->handle) {
        curl_global_cleanup();
        JS_ThrowOutOfMemory(ctx);
        goto fail;
    }
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    return object;
fail:
    JS_FreeValue(ctx, object);
    return JS_EXCEPTION;
}

/* The open multi handle behind `value`; NULL = exception pending. */
static Multi *get_multi(JSContext *ctx, JSValueConst value)
{
    Multi *multi = JS_GetOpaque2(ctx, value, multi_class);
    if (multi && !multi->handle) JS_ThrowTypeError(ctx, "the multi handle is closed");
    return multi && multi->handle ? multi : NULL;
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

static int set_options(JSContext *ctx, Transfer *transfer, JSValueConst options)
{
    CURL *easy = transfer->easy;
    CURLcode code = CURLE_OK;
    int64_t timeout_ms, connect_timeout_ms, max_body_bytes;
    int new_connection = get_flag(ctx, options, "newConnection");
#define SET(option, value) if (!code) code = curl_easy_setopt(easy, option, value)
    if (new_connection < 0 || set_text(ctx, transfer, CURLOPT_URL, options, "url") ||
        set_text(ctx, transfer, CURLOPT_COPYPOSTFIELDS, options, "body") ||
        set_text(ctx, transfer, CURLOPT_CUSTOMREQUEST, options, "method") ||
        set_text(ctx, transfer, CURLOPT_CAINFO, options, "caFile") ||
        set_text(ctx, transfer, CURLOPT_CAPATH, options, "caPath") ||
        set_text(ctx, transfer, CURLOPT_PROXY, options, "proxy") ||
        set_text(ctx, transfer, CURLOPT_NOPROXY, options, "noProxy") ||
        get_list(ctx, options, "headers", &transfer->headers) ||
        get_list(ctx, options, "resolve", &transfer->resolve) ||
        host_get_number(ctx, options, "timeoutMs", &timeout_ms) ||
        host_get_number(ctx, options, "connectTimeoutMs", &connect_timeout_ms) ||
        host_get_number(ctx, options, "maxBodyBytes", &max_body_bytes))
        return -1;
    transfer->head.limit = MAX_HEAD_BYTES;
    transfer->body.limit = max_body_bytes < 0 ? 0 : (size_t)max_body_bytes;
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    SET(CURLOPT_RESOLVE, transfer->resolve);
    SET(CURLOPT_FRESH_CONNECT, (long)new_connection);
    SET(CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_head);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* never wait for a resolver thread */
    SET(CURLOPT_BUFFERSIZE, TRANSFER_BUFFER_BYTES);
    SET(CURLOPT_UPLOAD_BUFFERSIZE, TRANSFER_BUFFER_BYTES);
#undef SET
    if (!code) return 0;
    throw_easy(ctx, "curl_easy_setopt", code);
    return -1;
}

static JSValue http_start(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    Multi *multi = get_multi(ctx, argv[0]);
    Transfer *transfer;
    CURLMcode code;
    (void)this_val, (void)argc;
    if (!multi) return JS_EXCEPTION;
    transfer = calloc(1, sizeof *transfer);
    if (!transfer || !(transfer->easy = curl_easy_init())) {
        free(transfer);
        return JS_ThrowOutOfMemory(ctx);
    }
    if (set_options(ctx, transfer, argv[1])) goto fail;
    code = curl_multi_add_handle(multi->handle, transfer->easy); /* runs callbacks; they cannot know this id yet */
    if (code) {
        throw_multi(ctx, "curl_multi_add_handle", code);
        goto fail;
    }
    transfer->id = ++multi->last_id;
    transfer->next = multi->transfers;
    multi->transfers = transfer;
    return JS_NewInt32(ctx, transfer->id);
fail:
    free_transfer(transfer);
    return JS_EXCEPTION;
}

static JSValue http_act(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    Multi *multi = get_multi(ctx, argv[0]);
    int fd, events, running;
    CURLMcode code;
    (void)this_val, (void)argc;
    if (!multi || JS_ToInt32(ctx, &fd, argv[1]) || JS_ToInt32(ctx, &events, argv[2])) return JS_EXCEPTION;
    /* CURL_CSELECT_IN = 1, OUT = 2, ERR = 4; fd -1 = CURL_SOCKET_TIMEOUT */
    code = curl_multi_socket_action(multi->handle, fd, events, &running);
    if (code) return throw_multi(ctx, "curl_multi_socket_action", code);
    return JS_UNDEFINED;
}

static JSValue describe_completed(JSContext *ctx, Transfer *transfer, CURLcode code)
{
    long status = 0, sent = 0;
    char *remote = NULL;
    const char *detail = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
    const Buffer *head = &transfer->head, *body = &transfer->body;
    JSValue result = JS_NewObject(ctx);
    if (JS_IsException(result)) return result;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &remote);
    JS_SetPropertyStr(ctx, result, "id", JS_NewInt32(ctx, transfer->id));
    JS_SetPropertyStr(ctx, result, "code", JS_NewInt32(ctx, (int32_t)code));
    JS_SetPropertyStr(ctx, result, "detail", JS_NewString(ctx, code ? detail : ""));
    JS_SetPropertyStr(ctx, result, "status", JS_NewInt32(ctx, (int32_t)status));
    JS_SetPropertyStr(ctx, result, "headers", JS_NewStringLen(ctx, head->length ? head->bytes : "", head->length));
    JS_SetPropertyStr(ctx, result, "body", JS_NewStringLen(ctx, body->length ? body->bytes : "", body->length));
    JS_SetPropertyStr(ctx, result, "sentBytes", JS_NewInt64(ctx, sent));
    JS_SetPropertyStr(ctx, result, "remoteAddress", JS_NewString(ctx, remote ? remote : ""));
    JS_SetPropertyStr(ctx, result, "tooLarge", JS_NewBool(ctx, transfer->too_large));
    return result;
}

static JSValue http_completed(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    Multi *multi = get_multi(ctx, argv[0]);
    CURLMsg *message;
    int left;
    (void)this_val, (void)argc;
    if (!multi) return JS_EXCEPTION;
    while ((message = curl_multi_info_read(multi->handle, &left))) {
        Transfer *transfer;
        JSValue result;
        CURLMcode removed;
        if (message->msg != CURLMSG_DONE) continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        result = describe_completed(ctx, transfer, message->data.result);
        removed = remove_transfer(multi, transfer);
        if (!removed) return result;
        JS_FreeValue(ctx, result);
        return throw_multi(ctx, "curl_multi_remove_handle", removed);
    }
    return JS_NULL;
}

static JSValue http_cancel(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    Multi *multi = get_multi(ctx, argv[0]);
    int id;
    (void)this_val, (void)argc;
    if (!multi || JS_ToInt32(ctx, &id, argv[1])) return JS_EXCEPTION;
    for (Transfer *transfer = multi->transfers; transfer; transfer = transfer->next) {
        CURLMcode code;
        if (transfer->id != id) continue;
        code = remove_transfer(multi, transfer);
        return code ? throw_multi(ctx, "curl_multi_remove_handle", code) : JS_UNDEFINED;
    }
    return JS_UNDEFINED;
}

static JSValue http_close(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    Multi *multi = JS_GetOpaque2(ctx, argv[0], multi_class);
    CURLMcode code;
    (void)this_val, (void)argc;
    if (!multi) return JS_EXCEPTION;
    code = multi->handle ? close_multi(multi) : CURLM_OK;
    return code ? throw_multi(ctx, "curl_multi_cleanup", code) : JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 2, http_open),
    JS_CFUNC_DEF("start", 2, http_start),
    JS_CFUNC_DEF("act", 3, http_act),
    JS_CFUNC_DEF("completed", 1, http_completed),
    JS_CFUNC_DEF("cancel", 2, http_cancel),
    JS_CFUNC_DEF("close", 1, http_close),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_http(JSContext *ctx, const char *name)
{
    JSModuleDef *module;
    JS_NewClassID(&multi_class);
    if (JS_NewClass(JS_GetRuntime(ctx), multi_class, &multi_class_def) < 0) return NULL;
    module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
