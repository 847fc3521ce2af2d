/* Reads the settings in a runtime of its own; signature and contract in types/settings.d.ts. Parsers, schemas and their
 * texts are needed for some milliseconds at the start and at a reload: an idle daemon need not carry them. */
#include "host.h"
#include "quickjs-libc.h"

/* A file that needs more ends with "out of memory", and not with the daemon. */
#define MEMORY_BYTES ((size_t)28 << 20)

/* The program of src/settings.ts as qjsc wrote it; test programs come without. */
extern const uint8_t settings_program[] __attribute__((weak));
extern const uint32_t settings_program_size __attribute__((weak));

/* Runs the program to its end. Returns 0, or -1 with the reason thrown in `ctx`. */
static int run(JSContext *ctx, JSContext *inner, JSValue module)
{
    JSContext *ran;
    JSValue done = JS_UNDEFINED;
    int failed = JS_IsException(module) || JS_ResolveModule(inner, module) < 0;
    if (!failed) {
        done = JS_EvalFunction(inner, module); /* consumes `module` */
        while (JS_ExecutePendingJob(JS_GetRuntime(inner), &ran) > 0) continue;
        failed = JS_IsException(done) || JS_PromiseState(inner, done) != JS_PROMISE_FULFILLED;
    }
    if (failed) {
        JSValue reason = JS_PromiseState(inner, done) == JS_PROMISE_REJECTED ? JS_PromiseResult(inner, done) : JS_GetException(inner);
        /* The engine throws null where there is no memory left for an error. */
        const char *text = JS_IsNull(reason) ? NULL : JS_ToCString(inner, reason);
        host_throw(ctx, "settings", "EPROTO", text ? text : "InternalError: out of memory");
        JS_FreeCString(inner, text);
        JS_FreeValue(inner, reason);
    }
    JS_FreeValue(inner, done);
    return failed ? -1 : 0;
}

/* Asks `inner` and brings the answer over as a string of `ctx`. */
static JSValue ask(JSContext *ctx, JSContext *inner, JSValue module, JSValueConst question)
{
    JSValue result = JS_EXCEPTION, global, answer;
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, question);
    if (!text) return JS_EXCEPTION;
    global = JS_GetGlobalObject(inner);
    JS_SetPropertyStr(inner, global, "question", JS_NewStringLen(inner, text, length));
    JS_FreeCString(ctx, text);
    if (run(ctx, inner, module) == 0) {
        answer = JS_GetPropertyStr(inner, global, "answer");
        text = JS_ToCStringLen(inner, &length, answer);
        if (text) result = JS_NewStringLen(ctx, text, length);
        JS_FreeCString(inner, text);
        JS_FreeValue(inner, answer);
    }
    JS_FreeValue(inner, global);
    return result;
}

static JSValue settings_load(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    JSRuntime *rt;
    JSContext *inner;
    JSValue module, answer = JS_EXCEPTION;
    (void)this_val, (void)argc;
    if (!settings_program) return host_throw(ctx, "settings", "ENOENT", "this executable has no program for them");
    rt = host_new_runtime();
    if (!rt) return JS_ThrowOutOfMemory(ctx);
    JS_SetMemoryLimit(rt, MEMORY_BYTES);
    js_std_init_handlers(rt);
    inner = host_new_context(rt, settings_program, settings_program_size, &module);
    if (inner) answer = ask(ctx, inner, module, argv[0]);
    else JS_ThrowOutOfMemory(ctx);
    if (inner) JS_FreeContext(inner);
    js_std_free_handlers(rt);
    JS_FreeRuntime(rt);
    host_heap_sort();
    return answer;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("load", 1, settings_load),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_settings(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
