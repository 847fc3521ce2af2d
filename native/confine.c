/* What a process can give up for good; signatures and contract in types/confine.d.ts. musl does not know landlock(7)'s
 * structures, which are here as the kernel has had them since ABI 6: an older one accepts what it does not know as long
 * as it is 0. */
#include "host.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1, RULE_NET_PORT = 2 };

struct ruleset_attributes {
    uint64_t handled_fs, handled_net, scoped;
};

struct path_beneath {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));

struct net_port {
    uint64_t allowed, port;
};

static JSValue confine_prctl(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int option, argument;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &option, argv[0]) || JS_ToInt32(ctx, &argument, argv[1])) return JS_EXCEPTION;
    if (prctl(option, (unsigned long)argument, 0ul, 0ul, 0ul) < 0) return host_throw_errno(ctx, "prctl", errno);
    return JS_UNDEFINED;
}

static JSValue limit_core(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const struct rlimit none = {0};
    (void)this_val, (void)argc, (void)argv;
    if (setrlimit(RLIMIT_CORE, &none) < 0) return host_throw_errno(ctx, "setrlimit", errno);
    return JS_UNDEFINED;
}

static JSValue landlock_abi(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    (void)this_val, (void)argc, (void)argv;
    return JS_NewInt32(ctx, abi < 0 ? 0 : (int32_t)abi);
}

static JSValue landlock_create(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct ruleset_attributes handled;
    uint32_t fs, net, scoped;
    long fd;
    (void)this_val, (void)argc;
    if (JS_ToUint32(ctx, &fs, argv[0]) || JS_ToUint32(ctx, &net, argv[1]) || JS_ToUint32(ctx, &scoped, argv[2]))
        return JS_EXCEPTION;
    handled = (struct ruleset_attributes){fs, net, scoped};
    fd = syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (fd < 0) return host_throw_errno(ctx, "landlock_create_ruleset", errno);
    return JS_NewInt32(ctx, (int32_t)fd);
}

static JSValue landlock_allow(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct path_beneath rule;
    uint32_t rights;
    int ruleset, error = 0;
    const char *path;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &ruleset, argv[0]) || JS_ToUint32(ctx, &rights, argv[2])) return JS_EXCEPTION;
    path = JS_ToCString(ctx, argv[1]);
    if (!path) return JS_EXCEPTION;
    rule = (struct path_beneath){rights, open(path, O_PATH | O_CLOEXEC)};
    JS_FreeCString(ctx, path);
    if (rule.parent_fd < 0) return host_throw_errno(ctx, "open", errno);
    if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) < 0) error = errno;
    close(rule.parent_fd);
    return error ? host_throw_errno(ctx, "landlock_add_rule", error) : JS_UNDEFINED;
}

static JSValue landlock_allow_port(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct net_port rule;
    uint32_t port, rights;
    int ruleset;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &ruleset, argv[0]) || JS_ToUint32(ctx, &port, argv[1]) || JS_ToUint32(ctx, &rights, argv[2]))
        return JS_EXCEPTION;
    rule = (struct net_port){rights, port};
    if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) < 0)
        return host_throw_errno(ctx, "landlock_add_rule", errno);
    return JS_UNDEFINED;
}

static JSValue landlock_restrict(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    int ruleset;
    (void)this_val, (void)argc;
    if (JS_ToInt32(ctx, &ruleset, argv[0])) return JS_EXCEPTION;
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) return host_throw_errno(ctx, "landlock_restrict_self", errno);
    return JS_UNDEFINED;
}

static JSValue drop_capabilities(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    unsigned long capability = 0;
    (void)this_val, (void)argc, (void)argv;
    /* Up to the last that the kernel knows. Without CAP_SETPCAP the bounding set stays, of no use to one who has none. */
    while (prctl(PR_CAPBSET_DROP, capability, 0ul, 0ul, 0ul) == 0) capability++;
    if (syscall(SYS_capset, &head, none) < 0) return host_throw_errno(ctx, "capset", errno);
    return JS_UNDEFINED;
}

static JSValue filter_syscalls(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    struct sock_filter list[SYSCALL_FILTER_MOST];
    struct sock_fprog program = {syscall_filter_length, list};
    long status;
    (void)this_val, (void)argc, (void)argv;
    if (!program.len) return host_throw(ctx, "seccomp", "ENOTSUP", "no list of system calls for this architecture");
#ifdef __i386__
    if (syscall(SYS_socket, -1, 0, 0) < 0 && errno == ENOSYS)
        return host_throw(ctx, "seccomp", "ENOTSUP", "before Linux 4.3 sockets are made by socketcall(2), which no filter can judge");
#endif
    memcpy(list, syscall_filter, program.len * sizeof *list);
    list[SYSCALL_FILTER_OWN_ID].k = (uint32_t)getpid();
    status = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &program);
    if (status < 0 && errno == EINVAL) /* before Linux 4.14 refusals cannot be logged */
        status = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    if (status < 0) return host_throw_errno(ctx, "seccomp", errno);
    return JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("prctl", 2, confine_prctl),
    JS_CFUNC_DEF("limitCore", 0, limit_core),
    JS_CFUNC_DEF("landlockAbi", 0, landlock_abi),
    JS_CFUNC_DEF("landlockCreate", 3, landlock_create),
    JS_CFUNC_DEF("landlockAllow", 3, landlock_allow),
    JS_CFUNC_DEF("landlockAllowPort", 3, landlock_allow_port),
    JS_CFUNC_DEF("landlockRestrict", 1, landlock_restrict),
    JS_CFUNC_DEF("dropCapabilities", 0, drop_capabilities),
    JS_CFUNC_DEF("filterSyscalls", 0, filter_syscalls),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_confine(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
