/* The system calls that quickjs-libc lacks; signatures and contract in types/system.d.ts. */
#include "files.h"
#include "host.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000
/* A hundred years: anything longer is a mistake. */
#define MAX_DELAY_MS (100.0 * 366 * 86400 * MS_PER_S)
/* 68 years: what a 32-bit kernel before 5.1 can count. */
#define MAX_OLD_SEC INT32_MAX

static JSValue timer_open(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    (void)this_val, (void)argc, (void)argv;
    if (fd < 0) return host_throw_errno(ctx, "timerfd_create", errno);
    return JS_NewInt32(ctx, fd);
}

static JSValue timer_set(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct itimerspec spec = {0};
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    if (!JS_IsNull(argv[1])) {
        double delay_ms;
        int64_t whole_ms;
        if (JS_ToFloat64(ctx, &delay_ms, argv[1])) return JS_EXCEPTION;
        if (!(delay_ms <= MAX_DELAY_MS)) return JS_ThrowRangeError(ctx, "delay of the timer: %f ms", delay_ms);
        whole_ms = delay_ms < 1 ? 1 : (int64_t)ceil(delay_ms); /* 0 would disarm it */
        spec.it_value.tv_sec = whole_ms / MS_PER_S < MAX_OLD_SEC ? whole_ms / MS_PER_S : MAX_OLD_SEC;
        spec.it_value.tv_nsec = whole_ms % MS_PER_S * NS_PER_MS;
    }
    if (timerfd_settime(fd, 0, &spec, NULL) < 0) return host_throw_errno(ctx, "timerfd_settime", errno);
    return JS_UNDEFINED;
}

/* Far enough never to run out; only a jump of the clock ends it. */
static int arm_jump(int fd)
{
    const int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    struct itimerspec never = {.it_value = {.tv_sec = MAX_DELAY_MS / MS_PER_S * 2}};
    int status = timerfd_settime(fd, flags, &never, NULL);
    if (status == 0 || errno != ENOTSUP) return status;
    never.it_value.tv_sec = MAX_OLD_SEC;
    return timerfd_settime(fd, flags, &never, NULL);
}

static JSValue jump_open(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    (void)this_val, (void)argc, (void)argv;
    if (fd < 0) return host_throw_errno(ctx, "timerfd_create", errno);
    if (arm_jump(fd) < 0) {
        int error = errno;
        close(fd);
        return host_throw_errno(ctx, "timerfd_settime", error);
    }
    return JS_NewInt32(ctx, fd);
}

static JSValue jump_read(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    uint64_t report;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    /* A jump is reported as ECANCELED, which is why we read. */
    if (read(fd, &report, sizeof report) < 0 && errno != ECANCELED && errno != EAGAIN && errno != EINTR)
        return host_throw_errno(ctx, "read", errno);
    if (arm_jump(fd) < 0 && errno != ECANCELED) return host_throw_errno(ctx, "timerfd_settime", errno);
    return JS_UNDEFINED;
}

static JSValue signal_open(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    sigset_t set;
    int64_t count;
    int fd;
    (void)this_val, (void)argc;
    sigemptyset(&set);
    if (host_get_number(ctx, argv[0], "length", &count)) return JS_EXCEPTION;
    for (int64_t i = 0; i < count; i++) {
        int32_t number;
        JSValue item = JS_GetPropertyUint32(ctx, argv[0], (uint32_t)i);
        int failed = JS_ToInt32(ctx, &number, item);
        JS_FreeValue(ctx, item);
        if (failed) return JS_EXCEPTION;
        if (sigaddset(&set, number) < 0) return host_throw_errno(ctx, "sigaddset", errno);
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return host_throw_errno(ctx, "sigprocmask", errno);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return host_throw_errno(ctx, "signalfd", errno);
    return JS_NewInt32(ctx, fd);
}

/* Reads one report of `size` bytes. Returns 1, 0 = nothing to read, -1 = exception pending. */
static int read_report(JSContext *ctx, JSValueConst fd_value, void *report, size_t size)
{
    int fd;
    ssize_t length;
    if (JS_ToInt32(ctx, &fd, fd_value)) return -1;
    do length = read(fd, report, size);
    while (length < 0 && errno == EINTR);
    if (length == (ssize_t)size) return 1;
    if (length < 0 && errno == EAGAIN) return 0;
    host_throw_errno(ctx, "read", length < 0 ? errno : EIO);
    return -1;
}

static JSValue timer_read(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    uint64_t count = 0;
    (void)this_val, (void)argc;
    if (read_report(ctx, argv[0], &count, sizeof count) < 0) return JS_EXCEPTION;
    return JS_NewInt64(ctx, (int64_t)count);
}

static JSValue signal_read(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct signalfd_siginfo info = {0};
    (void)this_val, (void)argc;
    if (read_report(ctx, argv[0], &info, sizeof info) < 0) return JS_EXCEPTION;
    return JS_NewInt32(ctx, (int32_t)info.ssi_signo);
}

static JSValue clock_ms(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv, int clock)
{
    struct timespec now;
    (void)this_val, (void)argc, (void)argv;
    if (clock_gettime(clock, &now) < 0) return host_throw_errno(ctx, "clock_gettime", errno);
    return JS_NewFloat64(ctx, (double)now.tv_sec * MS_PER_S + (double)now.tv_nsec / NS_PER_MS);
}

static JSValue uniform_random(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    uint64_t bits;
    (void)this_val, (void)argc, (void)argv;
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits) return host_throw_errno(ctx, "getrandom", errno);
    return JS_NewFloat64(ctx, (double)(bits >> 11) * 0x1p-53); /* the 53 bits that a double holds exactly */
}

static JSValue erase_environment(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    size_t length;
    const char *name = JS_ToCStringLen(ctx, &length, argv[0]);
    int error = 0;
    (void)this_val, (void)argc;
    if (!name) return JS_EXCEPTION;
    for (char **entry = environ; *entry; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            explicit_bzero(*entry + length + 1, strlen(*entry + length + 1));
    if (unsetenv(name) < 0) error = errno;
    JS_FreeCString(ctx, name);
    if (error) return host_throw_errno(ctx, "unsetenv", error);
    return JS_UNDEFINED;
}

static JSValue notify(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct sockaddr_un peer = {.sun_family = AF_UNIX};
    size_t path_length, length;
    const char *path = JS_ToCStringLen(ctx, &path_length, argv[0]);
    const char *message = path ? JS_ToCStringLen(ctx, &length, argv[1]) : NULL;
    JSValue result = message ? JS_UNDEFINED : JS_EXCEPTION;
    int fd;
    (void)this_val, (void)argc;
    if (message && path_length > sizeof peer.sun_path) {
        result = host_throw_errno(ctx, "sendto", ENAMETOOLONG);
    } else if (message && (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0) {
        result = host_throw_errno(ctx, "socket", errno);
    } else if (message) {
        memcpy(peer.sun_path, path, path_length);
        if (*path == '@') peer.sun_path[0] = '\0'; /* abstract, see unix(7) */
        socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_length);
        if (sendto(fd, message, length, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&peer, size) < 0)
            result = host_throw_errno(ctx, "sendto", errno);
        close(fd);
    }
    JS_FreeCString(ctx, path);
    JS_FreeCString(ctx, message);
    return result;
}

static JSValue write_within(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int32_t fd, patience_ms;
    size_t left;
    const char *text, *at;
    int ready = 1;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToInt32(ctx, &patience_ms, argv[2])) return JS_EXCEPTION;
    at = text = JS_ToCStringLen(ctx, &left, argv[1]);
    if (!text) return JS_EXCEPTION;
    while (left > 0) {
        struct pollfd watched = {.fd = fd, .events = POLLOUT};
        ssize_t length;
        ready = poll(&watched, 1, patience_ms);
        if (ready == 0) break;
        /* A pipe that is ready takes so much at once, pipe(7): O_NONBLOCK would be set for all who share it. */
        length = write(fd, at, left < PIPE_BUF ? left : PIPE_BUF);
        if (length >= 0) at += length, left -= (size_t)length;
        else if (errno != EINTR && errno != EAGAIN) break;
    }
    JS_FreeCString(ctx, text);
    return JS_NewBool(ctx, ready != 0);
}

static const JSCFunctionListEntry functions[] = {
    JS_PROP_STRING_DEF("LIBRARIES", LIBRARIES, 0),
    JS_PROP_INT32_DEF("SIGHUP", SIGHUP, 0),
    JS_PROP_INT32_DEF("SIGINT", SIGINT, 0),
    JS_PROP_INT32_DEF("SIGUSR1", SIGUSR1, 0),
    JS_PROP_INT32_DEF("SIGTERM", SIGTERM, 0),
    JS_CFUNC_DEF("timerOpen", 0, timer_open),
    JS_CFUNC_DEF("timerSet", 2, timer_set),
    JS_CFUNC_DEF("timerRead", 1, timer_read),
    JS_CFUNC_DEF("jumpOpen", 0, jump_open),
    JS_CFUNC_DEF("jumpRead", 1, jump_read),
    JS_CFUNC_DEF("signalOpen", 1, signal_open),
    JS_CFUNC_DEF("signalRead", 1, signal_read),
    JS_CFUNC_MAGIC_DEF("boottimeMs", 0, clock_ms, CLOCK_BOOTTIME),
    JS_CFUNC_MAGIC_DEF("monotonicMs", 0, clock_ms, CLOCK_MONOTONIC),
    JS_CFUNC_DEF("random", 0, uniform_random),
    JS_CFUNC_DEF("eraseEnvironment", 1, erase_environment),
    JS_CFUNC_DEF("createFile", 3, host_create_file),
    JS_CFUNC_DEF("lockFile", 1, host_lock_file),
    JS_CFUNC_DEF("lockHolder", 1, host_lock_holder),
    JS_CFUNC_DEF("notify", 2, notify),
    JS_CFUNC_DEF("writeWithin", 3, write_within),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_system(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
