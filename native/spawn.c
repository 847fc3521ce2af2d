/* The way to the processes that run a command (helper.c); signatures and contract in types/spawn.d.ts. */
#include "helper.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Appends the strings of a JavaScript array, each with its final NUL; undefined = no strings. Returns their number, -1 =
 * exception pending. */
static int32_t put_strings(JSContext *ctx, JSValueConst array, char *message, size_t *used)
{
    int64_t count = 0;
    if (!JS_IsUndefined(array) && host_get_number(ctx, array, "length", &count)) return -1;
    if (count > HELPER_MAX_STRINGS) return host_throw_errno(ctx, "execve", E2BIG), -1;
    for (int64_t i = 0; i < count; i++) {
        size_t length;
        JSValue item = JS_GetPropertyUint32(ctx, array, (uint32_t)i);
        const char *text = JS_ToCStringLen(ctx, &length, item);
        int fits = text && length < HELPER_MAX_MESSAGE - *used;
        if (fits) memcpy(message + *used, text, length + 1);
        else if (text) host_throw_errno(ctx, "execve", E2BIG);
        *used += fits ? length + 1 : 0;
        JS_FreeCString(ctx, text);
        JS_FreeValue(ctx, item);
        if (!fits) return -1;
    }
    return (int32_t)count;
}

/* Sends the strings of two JavaScript arrays behind a head. Returns 0, -1 = exception pending. */
static int send_message(JSContext *ctx, int fd, int32_t limit_ms, JSValueConst arguments, JSValueConst variables)
{
    HelperMessage head = {.limit_ms = limit_ms};
    size_t used = sizeof head;
    int sent = 0;
    char *message = js_malloc(ctx, HELPER_MAX_MESSAGE);
    if (!message) return -1;
    if ((head.arguments = put_strings(ctx, arguments, message, &used)) >= 0 &&
        (head.variables = put_strings(ctx, variables, message, &used)) >= 0) {
        memcpy(message, &head, sizeof head);
        sent = send(fd, message, used, MSG_NOSIGNAL) >= 0;
        if (!sent) host_throw_errno(ctx, "send", errno);
    }
    js_free(ctx, message);
    return sent ? 0 : -1;
}

/* What the fork runs between fork and execve: async-signal-safe calls only. */
static void become_helper(int socket_fd)
{
    static char *const argv[] = {HELPER_NAME, NULL};
    static char *const envp[] = {NULL};
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    setsid(); /* it is to end with the daemon, not with the daemon's terminal */
    if (dup2(socket_fd, STDIN_FILENO) < 0) _exit(127);
    dup2(null_fd, STDOUT_FILENO);
    dup2(null_fd, STDERR_FILENO);
    helper_close_from(STDERR_FILENO + 1);
    execve("/proc/self/exe", argv, envp);
    _exit(127);
}

static JSValue spawn_open(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int pair[2];
    pid_t pid = -1;
    JSValue result;
    (void)this_val, (void)argc;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return host_throw_errno(ctx, "socketpair", errno);
    result = send_message(ctx, pair[0], 0, argv[0], argv[1]) ? JS_EXCEPTION : JS_NewInt32(ctx, pair[0]);
    if (!JS_IsException(result)) {
        pid = fork();
        if (pid == 0) become_helper(pair[1]);
        if (pid < 0) result = host_throw_errno(ctx, "fork", errno);
    }
    close(pair[1]);
    if (pid < 0) close(pair[0]);
    return result;
}

static JSValue spawn_request(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int32_t limit_ms;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToInt32(ctx, &limit_ms, argv[2])) return JS_EXCEPTION;
    return send_message(ctx, fd, limit_ms, JS_UNDEFINED, argv[1]) ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSValue spawn_result(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    HelperReply reply;
    ssize_t length;
    JSValue result;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    length = recv(fd, &reply, sizeof reply, 0);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return JS_NULL;
    if (length < 0) return host_throw_errno(ctx, "recv", errno);
    if (length < (ssize_t)offsetof(HelperReply, output)) return host_throw_errno(ctx, "recv", EPIPE);
    result = JS_NewObject(ctx);
    if (JS_IsException(result)) return result;
    JS_SetPropertyStr(ctx, result, "error", reply.error ? JS_NewString(ctx, strerror(reply.error)) : JS_NULL);
    JS_SetPropertyStr(ctx, result, "status", JS_NewInt32(ctx, reply.status));
    JS_SetPropertyStr(ctx, result, "signal", JS_NewInt32(ctx, reply.signal));
    JS_SetPropertyStr(ctx, result, "timedOut", JS_NewBool(ctx, reply.timed_out));
    JS_SetPropertyStr(ctx, result, "lost", JS_NewBool(ctx, reply.lost));
    JS_SetPropertyStr(ctx, result, "output",
                      JS_NewStringLen(ctx, reply.output, (size_t)length - offsetof(HelperReply, output)));
    return result;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 2, spawn_open),
    JS_CFUNC_DEF("request", 3, spawn_request),
    JS_CFUNC_DEF("result", 1, spawn_result),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_spawn(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
