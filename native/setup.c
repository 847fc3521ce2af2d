/* The system calls that only `ipv6ddns setup` makes; signatures and contract in types/setup.d.ts. The module is made when
 * that part is loaded (parts.c): the daemon carries none of it. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* The terminal that shows nothing now, and how it was before; -1 = none. */
static int hidden_fd = -1;
static struct termios shown;

static void show_again(void)
{
    if (hidden_fd >= 0) tcsetattr(hidden_fd, TCSANOW, &shown);
    hidden_fd = -1;
}

static JSValue setup_hide(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    static int registered;
    struct termios hidden;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    if (hidden_fd >= 0) return JS_UNDEFINED;
    if (tcgetattr(fd, &shown) < 0) return host_throw_errno(ctx, "tcgetattr", errno);
    if (!registered && atexit(show_again) != 0) return host_throw_errno(ctx, "atexit", ENOMEM);
    registered = 1;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    /* These would leave the terminal as it is now: to a shell, or for what is typed after the process goes on. */
    hidden.c_cc[VSUSP] = hidden.c_cc[VQUIT] = _POSIX_VDISABLE;
    if (tcsetattr(fd, TCSANOW, &hidden) < 0) return host_throw_errno(ctx, "tcsetattr", errno);
    hidden_fd = fd;
    return JS_UNDEFINED;
}

static JSValue setup_show(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    (void)ctx, (void)this_val, (void)argc, (void)argv;
    show_again();
    return JS_UNDEFINED;
}

static JSValue setup_read(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    char text[4096]; /* a terminal's line is not longer, termios(3) */
    ssize_t length;
    JSValue result;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    do length = read(fd, text, sizeof text);
    while (length < 0 && errno == EINTR);
    if (length < 0) return host_throw_errno(ctx, "read", errno);
    result = JS_NewStringLen(ctx, text, (size_t)length);
    explicit_bzero(text, sizeof text); /* it may have been the token */
    return result;
}

static JSValue setup_user(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    (void)this_val, (void)argc, (void)argv;
    return JS_NewUint32(ctx, geteuid());
}

static JSValue setup_make_folder(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const char *path = JS_ToCString(ctx, argv[0]);
    int32_t mode;
    int error = 0;
    (void)this_val, (void)argc;
    if (!path) return JS_EXCEPTION;
    if (JS_ToInt32(ctx, &mode, argv[1])) {
        JS_FreeCString(ctx, path);
        return JS_EXCEPTION;
    }
    if (mkdir(path, (mode_t)mode) < 0) error = errno;
    else if (chmod(path, (mode_t)mode) < 0) error = errno; /* whatever the umask */
    JS_FreeCString(ctx, path);
    return error ? host_throw_errno(ctx, "mkdir", error) : JS_UNDEFINED;
}

static JSValue setup_give(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const char *path = JS_ToCString(ctx, argv[0]);
    uint32_t user, group;
    int error = 0;
    (void)this_val, (void)argc;
    if (!path) return JS_EXCEPTION;
    if (JS_ToUint32(ctx, &user, argv[1]) || JS_ToUint32(ctx, &group, argv[2])) {
        JS_FreeCString(ctx, path);
        return JS_EXCEPTION;
    }
    if (lchown(path, user, group) < 0) error = errno;
    JS_FreeCString(ctx, path);
    return error ? host_throw_errno(ctx, "chown", error) : JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("hide", 1, setup_hide),
    JS_CFUNC_DEF("show", 0, setup_show),
    JS_CFUNC_DEF("read", 1, setup_read),
    JS_CFUNC_DEF("user", 0, setup_user),
    JS_CFUNC_DEF("makeFolder", 2, setup_make_folder),
    JS_CFUNC_DEF("give", 3, setup_give),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_setup(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
