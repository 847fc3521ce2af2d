#include "verify.h"
#include "bundle.h"
#include "constraints.h"

#include <arpa/inet.h>
#include <mbedtls/oid.h>
#include <mbedtls/platform.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MIN_RSA_BITS 2048

/* Of the chain that arrived last: a chain is read and verified in one go, whatever else is in flight. */
static int passed_over;

/* Stands for mbedTLS's own (-Wl,--wrap): it takes certificates with critical name constraints, too, and a certificate that
 * travels along and cannot be read spoils nothing. Should it be needed, the chain finds no root. */
int __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *chain, const unsigned char *bytes, size_t length);
int __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *chain, const unsigned char *bytes, size_t length)
{
    int is_first = chain->version == 0;
    int result = bundle_parse(chain, bytes, length);
    if (is_first) passed_over = 0;
    if (result == 0 || is_first || result == MBEDTLS_ERR_X509_ALLOC_FAILED) return result;
    passed_over++;
    return 0;
}

/* mbedtls_x509_crt_ca_cb_t: the roots that may have signed `child`. mbedTLS frees the list, also after a failure. The
 * first that it asks about is the server's own. */
static int find_issuers(void *opaque, const mbedtls_x509_crt *child, mbedtls_x509_crt **list)
{
    Verifier *verifier = opaque;
    Found found;
    int result = trust_find(&verifier->trust, child, &found);
    if (verifier->asked++ == 0) verifier->is_anchor = found.has_it;
    verifier->has_namesake = 0;
    for (const mbedtls_x509_crt *root = found.issuers; root; root = root->next) verifier->has_namesake |= root->version > 0;
    *list = found.issuers;
    return result;
}

/* A wildcard stands for one label (RFC 9525 section 6.3), and never for all of a top-level domain. */
static int names_it(const unsigned char *entry, size_t length, const char *host)
{
    const char *below = strchr(host, '.');
    if (length == strlen(host) && strncasecmp((const char *)entry, host, length) == 0) return 1;
    if (length < 3 || entry[0] != '*' || entry[1] != '.' || !below || below == host || !strchr(below + 1, '.')) return 0;
    return length - 1 == strlen(below) && strncasecmp((const char *)entry + 1, below, length - 1) == 0;
}

/* Whether the certificate is for the host. mbedTLS looks as well, and is content with less. */
static int is_for(const mbedtls_x509_crt *crt, const char *host)
{
    unsigned char address[16];
    size_t length = mbedtls_x509_crt_parse_cn_inet_pton(host, address);
    const mbedtls_x509_sequence *entry = &crt->subject_alt_names;
    for (; entry && entry->buf.p; entry = entry->next) {
        int kind = entry->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
        if (kind == MBEDTLS_X509_SAN_DNS_NAME && !length && names_it(entry->buf.p, entry->buf.len, host)) return 1;
        if (kind == MBEDTLS_X509_SAN_IP_ADDRESS && length && entry->buf.len == length &&
            memcmp(entry->buf.p, address, length) == 0)
            return 1;
    }
    if (length || crt->subject_alt_names.buf.p) return 0;
    for (const mbedtls_x509_name *part = &crt->subject; part; part = part->next)
        if (part->oid.p && MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0 &&
            names_it(part->val.p, part->val.len, host))
            return 1;
    return 0;
}

static int is_weak(const mbedtls_x509_crt *crt)
{
    mbedtls_pk_type_t type = mbedtls_pk_get_type(&crt->pk);
    return (type == MBEDTLS_PK_RSA || type == MBEDTLS_PK_RSASSA_PSS) && mbedtls_pk_get_bitlen(&crt->pk) < MIN_RSA_BITS;
}

static int is_self_issued(const mbedtls_x509_crt *crt)
{
    return crt->issuer_raw.len == crt->subject_raw.len && memcmp(crt->issuer_raw.p, crt->subject_raw.p, crt->issuer_raw.len) == 0;
}

/* What mbedTLS does not look at: purpose (of all but the server's own), constraints, strictness about names. */
static uint32_t more_flags(const Verifier *verifier, const mbedtls_x509_crt *crt, int depth)
{
    uint32_t flags = 0;
    const char *host = depth == 0 ? verifier->host : NULL;
    if (mbedtls_x509_crt_check_extended_key_usage(crt, MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)))
        flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
    if (host && mbedtls_x509_crt_check_key_usage(crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE))
        flags |= MBEDTLS_X509_BADCERT_KEY_USAGE;
    if (host && !is_for(crt, host)) flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    /* An authority that renews its own certificate is no other name (RFC 5280 section 6.1.3). */
    for (int above = depth + 1; above < verifier->length && (host || !is_self_issued(crt)); above++) {
        Constraints constraints = constraints_check(verifier->chain[above], crt, host);
        if (constraints == CONSTRAINTS_BROKEN) flags |= BADCERT_CONSTRAINTS;
        if (constraints == CONSTRAINTS_UNCLEAR) flags |= BADCERT_CONSTRAINTS_UNCLEAR;
    }
    return flags;
}

/* Adds a name to the list, as much of it as fits. */
static void add_name(char *names, size_t size, const char *name, size_t length)
{
    size_t used = strlen(names);
    snprintf(names + used, size - used, "%s%.*s", used ? ", " : "", (int)length, name);
}

static void describe(CertificateFacts *facts, const mbedtls_x509_crt *crt, int depth, uint32_t flags)
{
    facts->depth = depth;
    facts->flags = flags;
    facts->from = crt->valid_from;
    facts->until = crt->valid_to;
    facts->subject[0] = facts->issuer[0] = facts->names[0] = '\0';
    mbedtls_x509_dn_gets(facts->subject, sizeof facts->subject, &crt->subject);
    mbedtls_x509_dn_gets(facts->issuer, sizeof facts->issuer, &crt->issuer);
    for (const mbedtls_x509_sequence *entry = &crt->subject_alt_names; entry && entry->buf.p; entry = entry->next) {
        int kind = entry->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
        int family = entry->buf.len == 4 ? AF_INET : AF_INET6;
        char address[INET6_ADDRSTRLEN];
        if (kind == MBEDTLS_X509_SAN_DNS_NAME)
            add_name(facts->names, sizeof facts->names, (const char *)entry->buf.p, entry->buf.len);
        if (kind == MBEDTLS_X509_SAN_IP_ADDRESS && (entry->buf.len == 4 || entry->buf.len == 16) &&
            inet_ntop(family, entry->buf.p, address, sizeof address))
            add_name(facts->names, sizeof facts->names, address, strlen(address));
    }
}

/* Called for every certificate of the chain, the root first (mbedtls_ssl_conf_verify). */
static int judge(void *opaque, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    Verifier *verifier = opaque;
    uint32_t own;
    if (verifier->length == 0) verifier->length = depth + 1;
    verifier->chain[depth] = crt;
    if (verifier->is_anchor) { /* whoever issued it does not matter, nor how */
        *flags &= depth > 0 ? 0 : ~(uint32_t)(MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_BAD_MD);
        verifier->length = 1;
        if (depth > 0) return 0;
    }
    *flags |= more_flags(verifier, crt, depth);
    if (*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED && verifier->has_namesake) *flags |= BADCERT_NAMESAKE;
    if (*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED && passed_over) *flags |= BADCERT_CHAIN_CUT;
    /* mbedTLS blames a weak key of an issuer on the certificate that it signed. */
    own = is_weak(crt) ? *flags | MBEDTLS_X509_BADCERT_BAD_KEY : *flags & ~(uint32_t)MBEDTLS_X509_BADCERT_BAD_KEY;
    if (own) describe(&verifier->fault, crt, depth, own);
    if (depth == 0) describe(&verifier->server, crt, depth, own);
    return 0;
}

/* libcurl has set a profile that takes SHA-1 and RSA of 1024 bits, and a callback that only words the result: its own
 * callback, which calls this, comes after both. */
void verify_use(Verifier *verifier, mbedtls_ssl_config *config)
{
    verifier->server.depth = verifier->fault.depth = -1;
    verifier->length = verifier->asked = verifier->is_anchor = verifier->has_namesake = 0;
    mbedtls_ssl_conf_ca_cb(config, find_issuers, verifier);
    mbedtls_ssl_conf_cert_profile(config, &mbedtls_x509_crt_profile_default);
    mbedtls_ssl_conf_verify(config, judge, verifier);
}
