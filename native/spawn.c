/* The way to the process that runs commands (helper.c); signatures and contract in types/spawn.d.ts. */
#include "helper.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the fork runs between fork and execve: async-signal-safe calls only. */
static void become_helper(int socket_fd)
{
    static char *const argv[] = {HELPER_NAME, NULL};
    static char *const envp[] = {NULL};
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
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
    pid_t pid;
    (void)this_val, (void)argc, (void)argv;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return host_throw_errno(ctx, "socketpair", errno);
    pid = fork();
    if (pid == 0) become_helper(pair[1]);
    close(pair[1]);
    if (pid > 0) return JS_NewInt32(ctx, pair[0]);
    close(pair[0]);
    return host_throw_errno(ctx, "fork", errno);
}

/* Appends the strings of a JavaScript array, each with its final NUL. Returns their number, -1 = exception pending. */
static int64_t put_strings(JSContext *ctx, JSValueConst array, char *request, size_t *used)
{
    int64_t count;
    if (host_get_number(ctx, array, "length", &count)) return -1;
    for (int64_t i = 0; i < count; i++) {
        size_t length;
        JSValue item = JS_GetPropertyUint32(ctx, array, (uint32_t)i);
        const char *text = JS_ToCStringLen(ctx, &length, item);
        int fits = text && length < HELPER_MAX_REQUEST - *used;
        if (fits) memcpy(request + *used, text, length + 1);
        else if (text) host_throw_errno(ctx, "execve", E2BIG);
        *used += fits ? length + 1 : 0;
        JS_FreeCString(ctx, text);
        JS_FreeValue(ctx, item);
        if (!fits) return -1;
    }
    return count;
}

static JSValue spawn_request(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    HelperRequest head = {0};
    size_t used = sizeof head;
    int64_t arguments, variables;
    JSValue result = JS_EXCEPTION;
    char *request;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToInt32(ctx, &head.limit_ms, argv[3])) return JS_EXCEPTION;
    request = malloc(HELPER_MAX_REQUEST);
    if (!request) return JS_ThrowOutOfMemory(ctx);
    arguments = put_strings(ctx, argv[1], request, &used);
    variables = arguments < 0 ? -1 : put_strings(ctx, argv[2], request, &used);
    if (variables >= 0) {
        head.arguments = (int32_t)arguments;
        head.variables = (int32_t)variables;
        memcpy(request, &head, sizeof head);
        result = send(fd, request, used, MSG_NOSIGNAL) < 0 ? host_throw_errno(ctx, "send", errno) : JS_UNDEFINED;
    }
    free(request);
    return result;
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
    JS_SetPropertyStr(ctx, result, "output",
                      JS_NewStringLen(ctx, reply.output, (size_t)length - offsetof(HelperReply, output)));
    return result;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 0, spawn_open),
    JS_CFUNC_DEF("request", 4, spawn_request),
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
