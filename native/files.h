/* Functions of the module `system` that make and lock files; their contract is in types/system.d.ts. */
#ifndef FILES_H
#define FILES_H

#include "quickjs.h"

JSValue host_create_file(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv);
JSValue host_lock_file(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv);
JSValue host_lock_holder(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv);

#endif
