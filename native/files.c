#include "files.h"

#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

JSValue host_create_file(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    size_t left = 0;
    int32_t mode;
    const char *path = JS_ToCString(ctx, argv[0]), *call = "open";
    const char *text = path && !JS_ToInt32(ctx, &mode, argv[1]) ? JS_ToCStringLen(ctx, &left, argv[2]) : NULL;
    mode_t usual = umask(0); /* the mode is the caller's, and a confined process cannot change it afterwards */
    int fd = text ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) : -1, error = fd < 0 ? errno : 0;
    (void)this_val, (void)argc;
    umask(usual);
    if (fd >= 0) {
        for (const char *at = text; !error && left > 0;) {
            ssize_t length = write(fd, at, left);
            if (length >= 0) at += length, left -= (size_t)length;
            else if (errno != EINTR) call = "write", error = errno;
        }
        if (close(fd) < 0 && !error) call = "close", error = errno;
        if (error) unlink(path);
    }
    JS_FreeCString(ctx, path);
    JS_FreeCString(ctx, text);
    if (!text) return JS_EXCEPTION;
    return error ? host_throw_errno(ctx, call, error) : JS_UNDEFINED;
}

/* The descriptor, or -1 with errno. A path that became a link or a pipe meanwhile is not the file that was meant. */
static int open_regular(JSContext *ctx, JSValueConst name, int flags)
{
    const char *path = JS_ToCString(ctx, name);
    int fd = path ? open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1, error = errno;
    JS_FreeCString(ctx, path);
    errno = error;
    return fd;
}

JSValue host_lock_file(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open_regular(ctx, argv[0], O_WRONLY), error;
    (void)this_val, (void)argc;
    if (JS_HasException(ctx)) return JS_EXCEPTION;
    if (fd < 0) return host_throw_errno(ctx, "open", errno);
    if (fcntl(fd, F_SETLK, &lock) == 0) return JS_NewInt32(ctx, fd);
    error = errno;
    close(fd);
    return host_throw_errno(ctx, "fcntl", error);
}

JSValue host_lock_holder(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    int fd = open_regular(ctx, argv[0], O_RDONLY), error = 0;
    (void)this_val, (void)argc;
    if (JS_HasException(ctx)) return JS_EXCEPTION;
    if (fd < 0) return host_throw_errno(ctx, "open", errno);
    if (fcntl(fd, F_GETLK, &lock) < 0) error = errno;
    close(fd);
    if (error) return host_throw_errno(ctx, "fcntl", error);
    return lock.l_type == F_UNLCK ? JS_NULL : JS_NewInt32(ctx, lock.l_pid);
}
