#include "constraints.h"

#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <string.h>
#include <strings.h>

static const int SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;

/* Of GeneralName */
enum { RFC822_NAME = 1, DNS_NAME = 2, DIRECTORY_NAME = 4, IP_ADDRESS = 7 };

typedef struct {
    int kind;
    const unsigned char *bytes; /* a directoryName's with its outer tag */
    size_t length;
} Name;

/* An element of DER that is read from its beginning on. */
typedef struct {
    unsigned char *at;
    const unsigned char *end;
} Input;

/* Steps into the element with that tag and over it. Returns 0 = it is not there. */
static int enter(Input *outer, int tag, Input *inner)
{
    size_t length;
    if (mbedtls_asn1_get_tag(&outer->at, outer->end, &length, tag)) return 0;
    inner->at = outer->at;
    inner->end = outer->at += length;
    return 1;
}

static size_t rest(const Input *input)
{
    return (size_t)(input->end - input->at);
}

/* As mbedTLS compares the strings of names (x509_string_cmp). */
static int is_same_string(int tag, const Input *string, int other_tag, const Input *other)
{
    int is_text = tag == MBEDTLS_ASN1_UTF8_STRING || tag == MBEDTLS_ASN1_PRINTABLE_STRING;
    int is_other_text = other_tag == MBEDTLS_ASN1_UTF8_STRING || other_tag == MBEDTLS_ASN1_PRINTABLE_STRING;
    if (rest(string) != rest(other)) return 0;
    if (is_text && is_other_text) return strncasecmp((const char *)string->at, (const char *)other->at, rest(other)) == 0;
    return tag == other_tag && memcmp(string->at, other->at, rest(other)) == 0;
}

/* Whether the relative name (a set of attributes) is the same. */
static int is_same_set(Input set, Input other)
{
    while (set.at < set.end && other.at < other.end) {
        Input attribute, type, other_attribute, other_type, value, other_value;
        int tag, other_tag;
        if (!enter(&set, SEQUENCE, &attribute) || !enter(&other, SEQUENCE, &other_attribute)) return 0;
        if (!enter(&attribute, MBEDTLS_ASN1_OID, &type) || !enter(&other_attribute, MBEDTLS_ASN1_OID, &other_type)) return 0;
        if (rest(&type) != rest(&other_type) || memcmp(type.at, other_type.at, rest(&type)) != 0) return 0;
        if (!rest(&attribute) || !rest(&other_attribute)) return 0;
        tag = *attribute.at;
        other_tag = *other_attribute.at;
        if (!enter(&attribute, tag, &value) || !enter(&other_attribute, other_tag, &other_value)) return 0;
        if (!is_same_string(tag, &value, other_tag, &other_value)) return 0;
    }
    return set.at == set.end && other.at == other.end;
}

/* Whether the name begins as the base does. */
static int is_below(const Name *name, Input base)
{
    Input whole = {(unsigned char *)name->bytes, name->bytes + name->length}; /* read only */
    Input sequence, base_sequence, set, base_set;
    if (!enter(&whole, SEQUENCE, &sequence) || !enter(&base, SEQUENCE, &base_sequence)) return 0;
    while (base_sequence.at < base_sequence.end) {
        const int tag = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET;
        if (!enter(&base_sequence, tag, &base_set) || !enter(&sequence, tag, &set)) return 0;
        if (!is_same_set(set, base_set)) return 0;
    }
    return 1;
}

/* Whether the host's name is the base or below it; with a dot in front the base is none itself, as OpenSSL has it. */
static int is_in_domain(const Name *name, const Input *base)
{
    const char *tail = (const char *)name->bytes + name->length - rest(base);
    if (rest(base) == 0) return 1;
    if (name->length < rest(base) || strncasecmp(tail, (const char *)base->at, rest(base)) != 0) return 0;
    return name->length == rest(base) || *base->at == '.' || tail[-1] == '.';
}

/* Whether the base, an address and its mask, holds the address: 1, 0, -1 = it is none. */
static int is_in_network(const Name *name, const Input *base)
{
    size_t length = rest(base) / 2;
    if (rest(base) != 8 && rest(base) != 32) return -1;
    if (name->length != length) return 0; /* of the other family */
    for (size_t i = 0; i < length; i++)
        if ((name->bytes[i] ^ base->at[i]) & base->at[length + i]) return 0;
    return 1;
}

/* Whether the name lies within the base of the same kind: 1, 0, -1 = there is no way to tell. */
static int is_within(const Name *name, const Input *base)
{
    switch (name->kind) {
    case DNS_NAME: return is_in_domain(name, base);
    case IP_ADDRESS: return is_in_network(name, base);
    case DIRECTORY_NAME: return is_below(name, *base);
    default: return -1;
    }
}

/* Adds to `*within` whether the name lies in one of these GeneralSubtrees of its kind, and to `*has_kind` whether there
 * are any. Returns -1 when that cannot be told. */
static int look_through(Input subtrees, const Name *name, int *has_kind, int *within)
{
    while (subtrees.at < subtrees.end) {
        Input subtree, base;
        int tag, is_in;
        if (!enter(&subtrees, SEQUENCE, &subtree) || !rest(&subtree)) return -1;
        tag = *subtree.at;
        if (!enter(&subtree, tag, &base)) return -1;
        if ((tag & MBEDTLS_ASN1_TAG_VALUE_MASK) != name->kind) continue;
        is_in = rest(&subtree) ? -1 : is_within(name, &base); /* with a minimum or a maximum, which nobody uses */
        if (is_in < 0) return -1;
        *has_kind = 1;
        *within |= is_in;
    }
    return 0;
}

/* constraints: what the extension holds, NameConstraints */
static Constraints check_name(Input constraints, const Name *name)
{
    const int list = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED;
    Input both, permitted, excluded;
    int has_kind = 0, is_permitted = 0, is_excluded = 0;
    if (!enter(&constraints, SEQUENCE, &both)) return CONSTRAINTS_UNCLEAR;
    if (enter(&both, list | 0, &permitted) && look_through(permitted, name, &has_kind, &is_permitted))
        return CONSTRAINTS_UNCLEAR;
    if (has_kind && !is_permitted) return CONSTRAINTS_BROKEN;
    if (enter(&both, list | 1, &excluded) && look_through(excluded, name, &has_kind, &is_excluded))
        return CONSTRAINTS_UNCLEAR;
    if (rest(&both)) return CONSTRAINTS_UNCLEAR;
    return is_excluded ? CONSTRAINTS_BROKEN : CONSTRAINTS_HOLD;
}

/* The value of the extension. Returns 1, 0 = the certificate has none, -1 = its extensions cannot be read. */
static int find(const mbedtls_x509_crt *crt, Input *value)
{
    Input whole = {crt->v3_ext.p, crt->v3_ext.p + crt->v3_ext.len}, extensions, extension, type;
    if (!crt->v3_ext.p) return 0;
    if (!enter(&whole, SEQUENCE, &extensions)) return -1;
    while (extensions.at < extensions.end) {
        int critical;
        if (!enter(&extensions, SEQUENCE, &extension) || !enter(&extension, MBEDTLS_ASN1_OID, &type)) return -1;
        if (rest(&type) != MBEDTLS_OID_SIZE(MBEDTLS_OID_NAME_CONSTRAINTS)) continue;
        if (memcmp(type.at, MBEDTLS_OID_NAME_CONSTRAINTS, rest(&type)) != 0) continue;
        mbedtls_asn1_get_bool(&extension.at, extension.end, &critical); /* absent = false; either way it holds */
        return enter(&extension, MBEDTLS_ASN1_OCTET_STRING, value) ? 1 : -1;
    }
    return 0;
}

static Constraints worse(Constraints a, Constraints b)
{
    return a > b ? a : b;
}

Constraints constraints_check(const mbedtls_x509_crt *issuer, const mbedtls_x509_crt *crt, const char *host)
{
    Input constraints;
    Constraints result = CONSTRAINTS_HOLD;
    int has_email = 0, found = find(issuer, &constraints);
    if (found == 0) return CONSTRAINTS_HOLD;
    if (found < 0) return CONSTRAINTS_UNCLEAR;
    if (crt->subject.oid.p) { /* it has a subject */
        const Name name = {DIRECTORY_NAME, crt->subject_raw.p, crt->subject_raw.len};
        result = worse(result, check_name(constraints, &name));
    }
    for (const mbedtls_x509_sequence *entry = &crt->subject_alt_names; entry && entry->buf.p; entry = entry->next) {
        const Name name = {entry->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK, entry->buf.p, entry->buf.len};
        has_email |= name.kind == RFC822_NAME;
        result = worse(result, check_name(constraints, &name));
    }
    for (const mbedtls_x509_name *part = &crt->subject; part && !has_email; part = part->next) {
        const Name name = {RFC822_NAME, part->val.p, part->val.len};
        if (part->oid.p && MBEDTLS_OID_CMP(MBEDTLS_OID_PKCS9_EMAIL, &part->oid) == 0)
            result = worse(result, check_name(constraints, &name));
    }
    if (host) { /* also what stands for it is none of the certificate's entries: a wildcard, the subject's name */
        unsigned char address[16];
        size_t length = mbedtls_x509_crt_parse_cn_inet_pton(host, address);
        const Name name = {length ? IP_ADDRESS : DNS_NAME, length ? address : (const unsigned char *)host,
                           length ? length : strlen(host)};
        result = worse(result, check_name(constraints, &name));
    }
    return result;
}
