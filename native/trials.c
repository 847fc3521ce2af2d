/* What test programs ask of trust.c and constraints.c without a handshake; signatures in types/trials.d.ts. The product
 * does not refer to it, so the linker leaves it out. */
#include "bundle.h"
#include "constraints.h"
#include "host.h"
#include "trust.h"

#include <mbedtls/platform.h>

static int take_first(const Der *der, void *opaque)
{
    return bundle_parse(opaque, der->bytes, der->length) ? -1 : 1;
}

static int wants_first(const Der *der, void *opaque)
{
    (void)der, (void)opaque;
    return 1;
}

/* What trust_find finds of the first certificate of one file in another: -1 = it cannot be read, 0 = no issuer, 1 = an
 * issuer, 2 = itself. */
static JSValue trials_find_roots(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const char *path = JS_ToCString(ctx, argv[0]), *bundle = JS_ToCString(ctx, argv[1]);
    Trust trust = {(char *)bundle, NULL}; /* read only */
    mbedtls_x509_crt crt;
    const Reader reader = {wants_first, take_first, &crt};
    Found found = {NULL, 0};
    int result = -1;
    (void)this_val, (void)argc;
    mbedtls_x509_crt_init(&crt);
    if (path && bundle && bundle_read(path, &reader) == 1 && trust_find(&trust, &crt, &found) == 0)
        result = found.has_it ? 2 : found.issuers != NULL;
    mbedtls_x509_crt_free(found.issuers);
    mbedtls_free(found.issuers);
    mbedtls_x509_crt_free(&crt);
    JS_FreeCString(ctx, bundle);
    JS_FreeCString(ctx, path);
    return path && bundle ? JS_NewInt32(ctx, result) : JS_EXCEPTION;
}

typedef struct {
    const mbedtls_x509_crt *crt;
    const char *host;
    int32_t counts[4];
} Trial;

static int try_issuer(const Der *der, void *opaque)
{
    Trial *trial = opaque;
    mbedtls_x509_crt issuer;
    mbedtls_x509_crt_init(&issuer);
    if (bundle_parse(&issuer, der->bytes, der->length)) trial->counts[3]++;
    else trial->counts[constraints_check(&issuer, trial->crt, trial->host)]++;
    mbedtls_x509_crt_free(&issuer);
    return 0;
}

/* How often the constraints of a bundle's certificates hold for the first certificate of a file, are broken, are unclear;
 * and how many of the bundle cannot be read. */
static JSValue trials_try_constraints(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
    const char *bundle = JS_ToCString(ctx, argv[0]), *path = JS_ToCString(ctx, argv[1]), *host = JS_ToCString(ctx, argv[2]);
    mbedtls_x509_crt crt;
    Trial trial = {&crt, host, {0}};
    const Reader first = {wants_first, take_first, &crt}, all = {wants_first, try_issuer, &trial};
    JSValue counts = JS_NewArray(ctx);
    (void)this_val, (void)argc;
    mbedtls_x509_crt_init(&crt);
    if (bundle && path && host && bundle_read(path, &first) == 1) bundle_read(bundle, &all);
    for (uint32_t i = 0; i < 4; i++) JS_SetPropertyUint32(ctx, counts, i, JS_NewInt32(ctx, trial.counts[i]));
    mbedtls_x509_crt_free(&crt);
    JS_FreeCString(ctx, bundle);
    JS_FreeCString(ctx, path);
    JS_FreeCString(ctx, host);
    return counts;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("findRoots", 2, trials_find_roots),
    JS_CFUNC_DEF("tryConstraints", 3, trials_try_constraints),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
}

JSModuleDef *js_init_module_trials(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module) JS_AddModuleExportList(ctx, module, functions, sizeof functions / sizeof *functions);
    return module;
}
