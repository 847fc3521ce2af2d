/* The process around the compiled TypeScript: one runtime, one context, the native modules, the event loop. */
#include "helper.h"
#include "host.h"
#include "quickjs-libc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sysexits.h>

/* The program as qjsc wrote it. */
extern const uint8_t program[];
extern const uint32_t program_size;

static void print_error(JSContext *ctx, const char *what, JSValueConst error)
{
    JSValue stack = JS_IsError(ctx, error) ? JS_GetPropertyStr(ctx, error, "stack") : JS_UNDEFINED;
    const char *text = JS_ToCString(ctx, error);
    const char *lines = JS_IsString(stack) ? JS_ToCString(ctx, stack) : NULL;
    fprintf(stderr, "%s: %s\n%s", what, text ? text : "(not printable)", lines ? lines : "");
    JS_FreeCString(ctx, text);
    JS_FreeCString(ctx, lines);
    JS_FreeValue(ctx, stack);
}

/* An exception that reached the event loop leaves the program in a state nobody thought of: the service manager
 * starts it anew. Replaces the weak function of quickjs-libc.c, which prints and carries on (loop.c). */
void js_std_dump_error(JSContext *ctx)
{
    print_error(ctx, "uncaught exception", JS_GetException(ctx));
    exit(EX_SOFTWARE);
}

/* Rejected promises that have no handler yet; judged when no job is pending any more, because a handler that
 * is attached in the same turn comes in time. */
typedef struct Rejection {
    struct Rejection *next;
    JSValue promise, reason;
} Rejection;
static Rejection *rejections;

static JSValue judge_rejections(JSContext *ctx, int argc, JSValueConst *argv)
{
    (void)argc, (void)argv;
    if (!rejections) return JS_UNDEFINED;
    if (JS_IsJobPending(JS_GetRuntime(ctx))) {
        JS_EnqueueJob(ctx, judge_rejections, 0, NULL);
        return JS_UNDEFINED;
    }
    print_error(ctx, "unhandled promise rejection", rejections->reason);
    exit(EX_SOFTWARE);
}

static void forget_rejection(JSContext *ctx, JSValueConst promise)
{
    for (Rejection **link = &rejections; *link; link = &(*link)->next) {
        Rejection *rejection = *link;
        if (JS_VALUE_GET_PTR(rejection->promise) != JS_VALUE_GET_PTR(promise)) continue;
        *link = rejection->next;
        JS_FreeValue(ctx, rejection->promise);
        JS_FreeValue(ctx, rejection->reason);
        js_free(ctx, rejection);
        return;
    }
}

static void track_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, JS_BOOL is_handled, void *opaque)
{
    Rejection *rejection;
    (void)opaque;
    if (is_handled) {
        forget_rejection(ctx, promise);
        return;
    }
    rejection = js_malloc(ctx, sizeof *rejection);
    if (!rejection) js_std_dump_error(ctx);
    *rejection = (Rejection){rejections, JS_DupValue(ctx, promise), JS_DupValue(ctx, reason)};
    if (!rejections) JS_EnqueueJob(ctx, judge_rejections, 0, NULL);
    rejections = rejection;
}

/* The process's limit, read once: a confined process may not ask. */
static rlim_t stack_limit(void)
{
    static rlim_t bytes;
    struct rlimit limit;
    if (!bytes) bytes = getrlimit(RLIMIT_STACK, &limit) ? RLIM_INFINITY : limit.rlim_cur;
    return bytes;
}

/* What the engine may use of the stack from here on: all but a reserve, and no more than its own default. The kernel
 * counts from the end of the stack, near which the executable's name stands. */
static size_t stack_left(void)
{
    const size_t reserve = 128 << 10, least = 16 << 10;
    size_t used = getauxval(AT_EXECFN) - (uintptr_t)__builtin_frame_address(0);
    if (stack_limit() < used + reserve + least) return least;
    rlim_t left = stack_limit() - used - reserve;
    return left < JS_DEFAULT_STACK_SIZE ? (size_t)left : JS_DEFAULT_STACK_SIZE;
}

/* The engine begins at 256 KiB, where all that it looks through has just been made: 7 % of the instructions of a start. */
#define GC_BYTES ((size_t)1 << 20)

JSRuntime *host_new_runtime(void)
{
#ifdef __SANITIZE_ADDRESS__
    JSRuntime *rt = JS_NewRuntime(); /* its blocks are to be the sanitizer's */
#else
    JSRuntime *rt = JS_NewRuntime2(&host_heap, NULL);
#endif
    if (!rt) return NULL;
    JS_SetMaxStackSize(rt, stack_left());
    JS_SetGCThreshold(rt, GC_BYTES);
    return rt;
}

/* Only what the programs use: without JS_AddIntrinsicEval the linker drops the compiler. The bytecode comes first: while
 * no name but the engine's own is in the table of atoms, its names get the numbers that qjsc gave them, and the code can
 * stay where it is, in the file, instead of being copied (quickjs/01-bytecode-in-place.patch). */
JSContext *host_new_context(JSRuntime *rt, const uint8_t *bytecode, size_t size, JSValue *module)
{
    JSContext *ctx = JS_NewContextRaw(rt);
    if (!ctx) return NULL;
    *module = JS_ReadObject(ctx, bytecode, size, JS_READ_OBJ_BYTECODE | JS_READ_OBJ_ROM_DATA);
    JS_AddIntrinsicBaseObjects(ctx);
    JS_AddIntrinsicDate(ctx);
    JS_AddIntrinsicStringNormalize(ctx);
    JS_AddIntrinsicRegExp(ctx);
    JS_AddIntrinsicJSON(ctx);
    JS_AddIntrinsicMapSet(ctx);
    JS_AddIntrinsicTypedArrays(ctx);
    JS_AddIntrinsicPromise(ctx);
#ifdef WITH_TEST_LIBRARIES /* vitest's and fast-check's needs */
    JS_AddIntrinsicEval(ctx);
    JS_AddIntrinsicProxy(ctx);
    JS_AddIntrinsicWeakRef(ctx);
    js_init_module_setup(ctx, "setup"); /* else a part's, parts.c */
    js_init_module_trials(ctx, "trials");
#endif
    host_init_module_std(ctx, "std");
    host_init_module_os(ctx, "os");
    js_init_module_netlink(ctx, "netlink");
    js_init_module_http(ctx, "http");
    js_init_module_system(ctx, "system");
    js_init_module_settings(ctx, "settings");
    js_init_module_parts(ctx, "parts");
    js_init_module_confine(ctx, "confine");
    js_init_module_spawn(ctx, "spawn");
    return ctx;
}

/* What the engine hashes strings with: whoever does not know it cannot make keys that all have one hash
 * (quickjs/05-secret-hash.patch). Of the sixteen random bytes that the kernel gives each process the C library's stack
 * protector takes the first eight. */
extern uint32_t js_hash_multiplier;

static void draw_hash(void)
{
    const uint8_t *random = (const uint8_t *)getauxval(AT_RANDOM);
    if (random) memcpy(&js_hash_multiplier, random + 8, sizeof js_hash_multiplier);
    js_hash_multiplier = (js_hash_multiplier & ~7u) | 5; /* of the greatest order modulo 2^32, whatever was drawn */
}

int main(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], HELPER_NAME) == 0) return helper_main();
    draw_hash();
    JSRuntime *rt = host_new_runtime();
    JSValue module, done;
    JSContext *ctx = rt ? host_new_context(rt, program, program_size, &module) : NULL;
    int status;

    if (!ctx) {
        fputs("no memory for the runtime\n", stderr);
        return EX_OSERR;
    }
    signal(SIGPIPE, SIG_IGN); /* a closed connection is an error of the write, not the end of the process */
#ifndef WITH_TEST_LIBRARIES /* tests wait for programs that they start */
    signal(SIGCHLD, SIG_IGN); /* no zombies: of the helper, and of whatever the first process of a container inherits */
#endif
    JS_SetHostPromiseRejectionTracker(rt, track_rejection, NULL);
    js_std_init_handlers(rt);
    js_std_add_helpers(ctx, argc, argv);

    if (JS_IsException(module) || JS_ResolveModule(ctx, module) < 0) js_std_dump_error(ctx);
    done = JS_EvalFunction(ctx, module); /* consumes `module` */
    if (JS_IsException(done)) js_std_dump_error(ctx);
    js_std_loop(ctx);
    /* Still pending: a top-level await that nothing can fulfil any more. */
    status = JS_PromiseState(ctx, done) == JS_PROMISE_FULFILLED ? EX_OK : EX_SOFTWARE;

    JS_FreeValue(ctx, done);
    js_std_free_handlers(rt);
    JS_FreeContext(ctx);
    JS_FreeRuntime(rt);
    return status;
}
