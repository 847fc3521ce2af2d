/* rtnetlink sockets; signatures and contract in types/netlink.d.ts, netlink(7). */
#include "host.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* The largest that the kernel makes for a dump (NLMSG_GOODSIZE bounded by 32 KiB, net/netlink/af_netlink.c). */
#define DATAGRAM_BYTES (32 * 1024)
/* Datagrams read at once. With a call for each the kernel's part of an event in a storm is a fifth of its time, not a
 * sixth. */
#define BATCH 16

static JSValue netlink_open(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const struct sockaddr_nl self = {.nl_family = AF_NETLINK};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    (void)this_val, (void)argc, (void)argv;
    if (fd < 0) return host_throw_errno(ctx, "socket", errno);
    if (bind(fd, (const struct sockaddr *)&self, sizeof self) < 0) {
        int error = errno;
        close(fd);
        return host_throw_errno(ctx, "bind", error);
    }
    return JS_NewInt32(ctx, fd);
}

static JSValue netlink_set_option(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int fd, level, option, value;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToInt32(ctx, &level, argv[1]) || JS_ToInt32(ctx, &option, argv[2]) ||
        JS_ToInt32(ctx, &value, argv[3]))
        return JS_EXCEPTION;
    if (setsockopt(fd, level, option, &value, sizeof value) < 0) return host_throw_errno(ctx, "setsockopt", errno);
    return JS_UNDEFINED;
}

static JSValue netlink_attach_filter(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct sock_fprog program;
    size_t length;
    uint8_t *code;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    code = JS_GetArrayBuffer(ctx, &length, argv[1]);
    if (!code) return JS_EXCEPTION;
    program.len = (unsigned short)(length / sizeof(struct sock_filter));
    program.filter = (struct sock_filter *)code;
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
        return host_throw_errno(ctx, "setsockopt", errno);
    return JS_UNDEFINED;
}

static JSValue netlink_send(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    size_t length;
    uint8_t *message;
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    message = JS_GetArrayBuffer(ctx, &length, argv[1]);
    if (!message) return JS_EXCEPTION;
    if (sendto(fd, message, length, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
        return host_throw_errno(ctx, "sendto", errno);
    return JS_UNDEFINED;
}

static uint8_t *buffer; /* of pages of its own, which are given back in sleep; each datagram touches those that it needs */
static uint32_t lengths[BATCH];

static JSValue netlink_buffer(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    (void)this_val, (void)argc, (void)argv;
    if (!buffer) {
        void *pages = mmap(NULL, BATCH * DATAGRAM_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) return host_throw_errno(ctx, "mmap", errno);
        buffer = pages;
    }
    return JS_NewArrayBuffer(ctx, buffer, BATCH * DATAGRAM_BYTES, NULL, NULL, 0);
}

static JSValue netlink_lengths(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    (void)this_val, (void)argc, (void)argv;
    return JS_NewArrayBuffer(ctx, (uint8_t *)lengths, sizeof lengths, NULL, NULL, 0);
}

void host_netlink_trim(void)
{
    if (buffer) madvise(buffer, BATCH * DATAGRAM_BYTES, MADV_DONTNEED);
}

static JSValue netlink_receive(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct sockaddr_nl from[BATCH];
    struct iovec places[BATCH];
    struct mmsghdr datagrams[BATCH] = {0};
    int fd, count;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    for (int i = 0; i < BATCH; i++) {
        places[i] = (struct iovec){.iov_base = buffer + i * DATAGRAM_BYTES, .iov_len = DATAGRAM_BYTES};
        datagrams[i].msg_hdr.msg_name = &from[i];
        datagrams[i].msg_hdr.msg_namelen = sizeof from[i];
        datagrams[i].msg_hdr.msg_iov = &places[i];
        datagrams[i].msg_hdr.msg_iovlen = 1;
    }
    do count = recvmmsg(fd, datagrams, BATCH, MSG_DONTWAIT, NULL);
    while (count < 0 && errno == EINTR);
    if (count < 0) return errno == EAGAIN ? JS_NewInt32(ctx, 0) : host_throw_errno(ctx, "recvmmsg", errno);
    for (int i = 0; i < count; i++) {
        if (datagrams[i].msg_hdr.msg_flags & MSG_TRUNC) return host_throw_errno(ctx, "recvmmsg", EMSGSIZE);
        lengths[i] = from[i].nl_pid == 0 ? datagrams[i].msg_len : 0; /* any local process may send to us */
    }
    return JS_NewInt32(ctx, count);
}

static JSValue netlink_close(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int fd;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &fd, argv[0])) return JS_EXCEPTION;
    if (close(fd) < 0) return host_throw_errno(ctx, "close", errno);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 0, netlink_open),
    JS_CFUNC_DEF("setOption", 4, netlink_set_option),
    JS_CFUNC_DEF("attachFilter", 2, netlink_attach_filter),
    JS_CFUNC_DEF("send", 2, netlink_send),
    JS_CFUNC_DEF("receive", 1, netlink_receive),
    JS_CFUNC_DEF("buffer", 0, netlink_buffer),
    JS_CFUNC_DEF("lengths", 0, netlink_lengths),
    JS_PROP_INT32_DEF("DATAGRAM_BYTES", DATAGRAM_BYTES, 0),
    JS_PROP_INT32_DEF("SOL_SOCKET", SOL_SOCKET, 0),
    JS_PROP_INT32_DEF("SO_RCVBUF", SO_RCVBUF, 0),
    JS_CFUNC_DEF("close", 1, netlink_close),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_netlink(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
