/* quickjs-libc: the event loop, files, and of its modules `std` and `os` what our programs import (types/quickjs-libc.d.ts).
 * A function that a module offers is some 230 bytes of every process, used or not; the modules as they are would be 25 kB.
 * For that its source is taken in here instead of being linked. */
#include "host.h"

#define select host_select /* idle.c */
#pragma weak js_std_dump_error /* main.c has its own */
#include "quickjs-libc.c"

#ifdef WITH_TEST_LIBRARIES

JSModuleDef *host_init_module_std(JSContext *ctx, const char *name)
{
    return js_init_module_std(ctx, name);
}

JSModuleDef *host_init_module_os(JSContext *ctx, const char *name)
{
    return js_init_module_os(ctx, name);
}

#else

static const JSCFunctionListEntry std_functions[] = {
    JS_CFUNC_DEF("exit", 1, js_std_exit),
    JS_CFUNC_DEF("gc", 0, js_std_gc),
    JS_CFUNC_DEF("getenviron", 1, js_std_getenviron),
    JS_CFUNC_DEF("open", 2, js_std_open),
    JS_CFUNC_DEF("strerror", 1, js_std_strerror),
};

static const JSCFunctionListEntry file_functions[] = {
    JS_CFUNC_DEF("close", 0, js_std_file_close),
    JS_CFUNC_DEF("eof", 0, js_std_file_eof),
    JS_CFUNC_DEF("error", 0, js_std_file_error),
    JS_CFUNC_MAGIC_DEF("puts", 1, js_std_file_puts, 1),
    JS_CFUNC_DEF("flush", 0, js_std_file_flush),
    JS_CFUNC_DEF("readAsString", 0, js_std_file_readAsString),
};

static int init_std(JSContext *ctx, JSModuleDef *module)
{
    JSValue proto = JS_NewObject(ctx);
    JS_NewClassID(&js_std_file_class_id);
    JS_NewClass(JS_GetRuntime(ctx), js_std_file_class_id, &js_std_file_class);
    JS_SetPropertyFunctionList(ctx, proto, file_functions, countof(file_functions));
    JS_SetClassProto(ctx, js_std_file_class_id, proto);
    JS_SetModuleExport(ctx, module, "out", js_new_std_file(ctx, stdout, FALSE, FALSE));
    JS_SetModuleExport(ctx, module, "err", js_new_std_file(ctx, stderr, FALSE, FALSE));
    return JS_SetModuleExportList(ctx, module, std_functions, countof(std_functions));
}

JSModuleDef *host_init_module_std(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init_std);
    if (!module) return NULL;
    JS_AddModuleExport(ctx, module, "out");
    JS_AddModuleExport(ctx, module, "err");
    JS_AddModuleExportList(ctx, module, std_functions, countof(std_functions));
    return module;
}

static const JSCFunctionListEntry os_functions[] = {
    JS_CFUNC_DEF("close", 1, js_os_close),
    JS_CFUNC_DEF("getpid", 0, js_os_getpid),
    JS_CFUNC_DEF("isatty", 1, js_os_isatty),
    JS_CFUNC_DEF("kill", 2, js_os_kill),
    JS_CFUNC_DEF("readdir", 1, js_os_readdir),
    JS_CFUNC_DEF("readlink", 1, js_os_readlink),
    JS_CFUNC_DEF("realpath", 1, js_os_realpath),
    JS_CFUNC_DEF("remove", 1, js_os_remove),
    JS_CFUNC_DEF("rename", 2, js_os_rename),
    JS_CFUNC_MAGIC_DEF("setReadHandler", 2, js_os_setReadHandler, 0),
    JS_CFUNC_MAGIC_DEF("setWriteHandler", 2, js_os_setReadHandler, 1),
    JS_CFUNC_MAGIC_DEF("stat", 1, js_os_stat, 0),
};

static int init_os(JSContext *ctx, JSModuleDef *module)
{
    os_poll_func = js_os_poll;
    return JS_SetModuleExportList(ctx, module, os_functions, countof(os_functions));
}

JSModuleDef *host_init_module_os(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init_os);
    if (module) JS_AddModuleExportList(ctx, module, os_functions, countof(os_functions));
    return module;
}

#endif
