/* libcurl's multi interface; signatures and contract in types/http.d.ts, libcurl-multi(3).
 *
 * A `Multi` belongs to its JavaScript object: close() or the object's end frees it. Its transfers are a list that
 * it owns; each easy handle points back to its transfer (CURLOPT_PRIVATE). */
#include "host.h"
#include "quickjs-libc.h"
#include "transfer.h"

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

/* Takes the transfer out of the handle and the list, then frees it. Fails inside of a callback only. */
static CURLMcode remove_transfer(Multi *multi, Transfer *transfer)
{
    Transfer **link = &multi->transfers;
    CURLMcode code = curl_multi_remove_handle(multi->handle, transfer->easy);
    if (code) return code;
    while (*link != transfer) link = &(*link)->next;
    *link = transfer->next;
    transfer_free(transfer);
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
        host_throw(ctx, "curl_global_init", "ENOMEM", curl_easy_strerror(code));
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

static JSValue http_start(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    Multi *multi = get_multi(ctx, argv[0]);
    Transfer *transfer;
    CURLMcode code;
    (void)this_val, (void)argc;
    if (!multi) return JS_EXCEPTION;
    transfer = transfer_new(ctx, argv[1]);
    if (!transfer) return JS_EXCEPTION;
    code = curl_multi_add_handle(multi->handle, transfer->easy); /* runs callbacks; they cannot know this id yet */
    if (code) {
        transfer_free(transfer);
        return throw_multi(ctx, "curl_multi_add_handle", code);
    }
    transfer->id = ++multi->last_id;
    transfer->next = multi->transfers;
    multi->transfers = transfer;
    return JS_NewInt32(ctx, transfer->id);
}

static JSValue http_act(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    Multi *multi = get_multi(ctx, argv[0]);
    int fd, events, running;
    CURLMcode code;
    (void)this_val, (void)argc;
    if (!multi || JS_ToInt32(ctx, &fd, argv[1]) || JS_ToInt32(ctx, &events, argv[2])) return JS_EXCEPTION;
    /* CURL_CSELECT_IN = 1, OUT = 2, ERR = 4; fd -1 = CURL_SOCKET_TIMEOUT */
    socket_begin_turn();
    code = curl_multi_socket_action(multi->handle, fd, events, &running);
    if (code) return throw_multi(ctx, "curl_multi_socket_action", code);
    return JS_UNDEFINED;
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
        result = transfer_describe(ctx, transfer, message->data.result);
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

static JSValue http_count_roots(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const char *file = NULL, *folder = NULL;
    int64_t most;
    long count = -1;
    (void)this_val, (void)argc;
    if (!JS_IsNull(argv[0]) && !(file = JS_ToCString(ctx, argv[0]))) return JS_EXCEPTION;
    if ((JS_IsNull(argv[1]) || (folder = JS_ToCString(ctx, argv[1]))) && !JS_ToInt64(ctx, &most, argv[2])) {
        Trust trust = {(char *)file, (char *)folder}; /* read only */
        count = trust_count(&trust, (long)most);
        if (count < 0) JS_ThrowOutOfMemory(ctx);
    }
    JS_FreeCString(ctx, file);
    JS_FreeCString(ctx, folder);
    return count < 0 ? JS_EXCEPTION : JS_NewInt64(ctx, count);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 2, http_open),
    JS_CFUNC_DEF("start", 2, http_start),
    JS_CFUNC_DEF("act", 3, http_act),
    JS_CFUNC_DEF("completed", 1, http_completed),
    JS_CFUNC_DEF("cancel", 2, http_cancel),
    JS_CFUNC_DEF("close", 1, http_close),
    JS_CFUNC_DEF("countRoots", 3, http_count_roots),
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
