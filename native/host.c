#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* musl has no strerrorname_np(3): the names of what the calls of the native modules can report. */
const char *host_errno_name(int error)
{
#define NAME(code) case code: return #code
    switch (error) {
        NAME(EACCES);
        NAME(E2BIG);
        NAME(EADDRINUSE);
        NAME(EADDRNOTAVAIL);
        NAME(EAFNOSUPPORT);
        NAME(EAGAIN);
        NAME(EBADF);
        NAME(EBUSY);
        NAME(ECONNREFUSED);
        NAME(ECONNRESET);
        NAME(EDESTADDRREQ);
        NAME(EEXIST);
        NAME(EFAULT);
        NAME(EHOSTUNREACH);
        NAME(EINTR);
        NAME(EINVAL);
        NAME(EIO);
        NAME(EISCONN);
        NAME(ELOOP);
        NAME(EMFILE);
        NAME(EMSGSIZE);
        NAME(ENAMETOOLONG);
        NAME(ENETDOWN);
        NAME(ENETUNREACH);
        NAME(ENFILE);
        NAME(ENOBUFS);
        NAME(ENODEV);
        NAME(ENOENT);
        NAME(ENOMEM);
        NAME(ENOPROTOOPT);
        NAME(ENOSPC);
        NAME(ENOSYS);
        NAME(ENOTCONN);
        NAME(ENOTDIR);
        NAME(ENOTSOCK);
        NAME(EOPNOTSUPP);
        NAME(EPERM);
        NAME(EPIPE);
        NAME(EPROTONOSUPPORT);
        NAME(EPROTOTYPE);
        NAME(ESOCKTNOSUPPORT);
        NAME(ETIMEDOUT);
    }
#undef NAME
    return NULL;
}

JSValue host_throw(JSContext *ctx, const char *call, const char *code, const char *text)
{
    char message[256];
    JSValue error = JS_NewError(ctx);
    if (JS_IsException(error)) return error;
    snprintf(message, sizeof message, "%s: %s", call, text);
    JS_DefinePropertyValueStr(ctx, error, "message", JS_NewString(ctx, message), JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
    JS_DefinePropertyValueStr(ctx, error, "code", JS_NewString(ctx, code), JS_PROP_C_W_E);
    return JS_Throw(ctx, error);
}

JSValue host_throw_errno(JSContext *ctx, const char *call, int error)
{
    char number[16];
    const char *name = host_errno_name(error);
    snprintf(number, sizeof number, "%d", error);
    return host_throw(ctx, call, name ? name : number, strerror(error));
}

int host_get_number(JSContext *ctx, JSValueConst object, const char *name, int64_t *number)
{
    JSValue value = JS_GetPropertyStr(ctx, object, name);
    int result = JS_IsException(value) ? -1 : JS_ToInt64(ctx, number, value);
    JS_FreeValue(ctx, value);
    return result;
}
