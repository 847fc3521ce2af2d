/* What is told of a transfer that has ended: Completed in types/http.d.ts. */
#include "host.h"
#include "transfer.h"

#include <stdio.h>

static void set_text_of(JSContext *ctx, JSValueConst object, const char *name, const char *text)
{
    JS_SetPropertyStr(ctx, object, name, JS_NewString(ctx, text));
}

static void set_time(JSContext *ctx, JSValueConst object, const char *name, const mbedtls_x509_time *time)
{
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", time->year, time->mon, time->day, time->hour, time->min,
             time->sec);
    set_text_of(ctx, object, name, text);
}

/* A Certificate; null = there was none. */
static JSValue describe_certificate(JSContext *ctx, const CertificateFacts *facts)
{
    JSValue result;
    if (facts->depth < 0) return JS_NULL;
    result = JS_NewObject(ctx);
    if (JS_IsException(result)) return result;
    JS_SetPropertyStr(ctx, result, "depth", JS_NewInt32(ctx, facts->depth));
    JS_SetPropertyStr(ctx, result, "flags", JS_NewUint32(ctx, facts->flags));
    set_text_of(ctx, result, "subject", facts->subject);
    set_text_of(ctx, result, "issuer", facts->issuer);
    set_text_of(ctx, result, "names", facts->names);
    set_time(ctx, result, "from", &facts->from);
    set_time(ctx, result, "until", &facts->until);
    return result;
}

JSValue transfer_describe(JSContext *ctx, const Transfer *transfer, CURLcode code)
{
    long status = 0, sent = 0, error_number = 0, proxy_status = 0;
    curl_off_t looked_up_us = 0, connected_us = 0, secured_us = 0;
    const char *error_name;
    char *remote = NULL; /* once libcurl holds the connection for made: after the handshake */
    const char *error = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
    const char *detail = transfer->reason[0] ? transfer->reason : error;
    const Buffer *head = &transfer->head, *body = &transfer->body;
    JSValue result = JS_NewObject(ctx);
    if (JS_IsException(result)) return result;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up_us); /* 0 on a kept connection, too */
    if (code == CURLE_OPERATION_TIMEDOUT && !looked_up_us && !sent) code = CURLE_COULDNT_RESOLVE_HOST;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &remote);
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &error_number);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
    curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME_T, &secured_us);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    error_name = code ? host_errno_name((int)error_number) : NULL;
    JS_SetPropertyStr(ctx, result, "id", JS_NewInt32(ctx, transfer->id));
    JS_SetPropertyStr(ctx, result, "code", JS_NewInt32(ctx, (int32_t)code));
    JS_SetPropertyStr(ctx, result, "detail", JS_NewString(ctx, code ? detail : ""));
    JS_SetPropertyStr(ctx, result, "status", JS_NewInt32(ctx, (int32_t)status));
    JS_SetPropertyStr(ctx, result, "headers", JS_NewStringLen(ctx, head->length ? head->bytes : "", head->length));
    JS_SetPropertyStr(ctx, result, "body", JS_NewStringLen(ctx, body->length ? body->bytes : "", body->length));
    JS_SetPropertyStr(ctx, result, "sentBytes", JS_NewInt64(ctx, sent));
    set_text_of(ctx, result, "remoteAddress", remote && remote[0] ? remote : transfer->peer);
    set_text_of(ctx, result, "errno", error_name ? error_name : "");
    JS_SetPropertyStr(ctx, result, "isConnected", JS_NewBool(ctx, connected_us > 0 || transfer->has_begun_tls));
    JS_SetPropertyStr(ctx, result, "isSecured", JS_NewBool(ctx, secured_us > 0));
    JS_SetPropertyStr(ctx, result, "proxyStatus", JS_NewInt32(ctx, (int32_t)proxy_status));
    set_text_of(ctx, result, "tlsVersion", transfer->tls_version);
    JS_SetPropertyStr(ctx, result, "server", describe_certificate(ctx, &transfer->verifier.server));
    JS_SetPropertyStr(ctx, result, "fault", describe_certificate(ctx, &transfer->verifier.fault));
    return result;
}
