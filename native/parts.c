/* Parts of the program that most runs do without; signature and contract in types/parts.d.ts. Their bytecode is read when
 * they are asked for: code that is there takes memory, used or not. */
#include "host.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* As qjsc wrote them; test programs come without. */
#define PART(name) \
    extern const uint8_t name##_program[] __attribute__((weak)); \
    extern const uint32_t name##_program_size __attribute__((weak))
PART(check);
PART(notify);
PART(setup);

static const struct {
    const char *name;
    const uint8_t *bytecode;
    const uint32_t *size;
    JSModuleDef *(*init_module)(JSContext *ctx, const char *name); /* of its own, under its name; NULL = none */
} parts[] = {
    {"check", check_program, &check_program_size, NULL},
    {"notify", notify_program, &notify_program_size, NULL},
    {"setup", setup_program, &setup_program_size, js_init_module_setup},
};

/* Runs the module. Returns 0, or -1 with an exception pending. */
static int run(JSContext *ctx, const uint8_t *bytecode, size_t size)
{
    JSValue done, module = JS_ReadObject(ctx, bytecode, size, JS_READ_OBJ_BYTECODE);
    int failed;
    if (JS_IsException(module) || JS_ResolveModule(ctx, module) < 0) return -1;
    done = JS_EvalFunction(ctx, module); /* consumes `module` */
    if (JS_IsException(done)) return -1;
    failed = JS_PromiseState(ctx, done) != JS_PROMISE_FULFILLED;
    if (failed) JS_Throw(ctx, JS_PromiseResult(ctx, done));
    JS_FreeValue(ctx, done);
    return failed ? -1 : 0;
}

static JSValue parts_load(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(ctx, argv[0]);
    JSValue global, part;
    JSAtom property;
    size_t i = 0;
    (void)this_val, (void)argc;
    if (!name) return JS_EXCEPTION;
    while (i < sizeof parts / sizeof *parts && strcmp(parts[i].name, name) != 0) i++;
    JS_FreeCString(ctx, name);
    if (i == sizeof parts / sizeof *parts || !parts[i].bytecode) return host_throw_errno(ctx, "load", ENOENT);
    if (parts[i].init_module && !parts[i].init_module(ctx, parts[i].name)) return JS_EXCEPTION;
    if (run(ctx, parts[i].bytecode, *parts[i].size)) return JS_EXCEPTION;
    global = JS_GetGlobalObject(ctx);
    property = JS_NewAtom(ctx, "part");
    part = JS_GetProperty(ctx, global, property);
    if (JS_DeleteProperty(ctx, global, property, 0) < 0) {
        JS_FreeValue(ctx, part);
        part = JS_EXCEPTION;
    }
    JS_FreeAtom(ctx, property);
    JS_FreeValue(ctx, global);
    return part;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("load", 1, parts_load),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_parts(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
