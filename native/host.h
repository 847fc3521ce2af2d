/* What the native modules share. Each function of a module is one system or library call: it takes its
 * arguments, calls, translates the result. What to do about it is decided in TypeScript. */
#ifndef HOST_H
#define HOST_H

#include "quickjs.h"

#include <sys/select.h>

/* Throws Error {message: "CALL: TEXT", code: CODE}. */
JSValue host_throw(JSContext *ctx, const char *call, const char *code, const char *text);

/* The errno's name ("ENOBUFS"); NULL = it is none that the calls of the native modules report. */
const char *host_errno_name(int error);

/* The same for a failed system call: `code` is the errno's name, the text strerror(3)'s. */
JSValue host_throw_errno(JSContext *ctx, const char *call, int error);

/* Reads a number property. Returns 0, or -1 with an exception pending. */
int host_get_number(JSContext *ctx, JSValueConst object, const char *name, int64_t *number);

/* select(2), which gives back what a sleeping process does not need (idle.c). */
int host_select(int count, fd_set *readable, fd_set *writable, fd_set *failed, struct timeval *timeout);

/* Memory of the runtimes, packed (heap.c); what has new blocks put next to those that stay, and what gives back the rest. */
extern const JSMallocFunctions host_heap;
void host_heap_sort(void);
void host_heap_trim(void);

/* Gives back the memory that the last datagrams were received into. */
void host_netlink_trim(void);

/* A runtime on that heap, or on the sanitizer's, that may use what the stack's limit leaves; NULL = no memory. */
JSRuntime *host_new_runtime(void);

/* Of quickjs-libc, see loop.c. */
JSModuleDef *host_init_module_std(JSContext *ctx, const char *name);
JSModuleDef *host_init_module_os(JSContext *ctx, const char *name);

/* Native modules; their signatures are in types/NAME.d.ts. */
JSModuleDef *js_init_module_netlink(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_http(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_system(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_spawn(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_settings(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_setup(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_parts(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_confine(JSContext *ctx, const char *name);
JSModuleDef *js_init_module_trials(JSContext *ctx, const char *name); /* of test programs */

/* A context with the parts of the language and the modules that our programs use, and the program that qjsc made
 * `bytecode` of: a module, or an exception. NULL = no memory. */
JSContext *host_new_context(JSRuntime *rt, const uint8_t *bytecode, size_t size, JSValue *module);

#endif
