/* A chain needs one root of a bundle's 140, and libcurl would parse them all before every handshake: 12 ms and 0.6 MiB.
 * Here mbedTLS asks for the issuers of one certificate (mbedtls_x509_crt_ca_cb_t), and of the bundle only the subjects
 * are looked at. Names are compared byte by byte, as RFC 5280 section 4.1.2.6 has CAs write them. */
#include "trust.h"

#include <dirent.h>
#include <limits.h>
#include <mbedtls/asn1.h>
#include <mbedtls/error.h>
#include <mbedtls/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_DER_BYTES 4096 /* roots have up to 2 KiB; what is longer is passed over */
#define MAX_LINE_BYTES 256 /* lines have 64 characters (RFC 7468 section 2) */
#define READ_BYTES 4096

typedef struct {
    unsigned char bytes[MAX_DER_BYTES];
    size_t length;
    unsigned bits, count; /* of a group of four characters that has begun */
} Der;

/* Adds the bytes that a line of base64 stands for (RFC 4648 section 4). Returns 0 when it holds anything else. */
static int decode_line(Der *der, const char *line)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static unsigned char values[256]; /* plus 1 */
    if (!values['A'])
        for (unsigned i = 0; i < 64; i++) values[(unsigned char)alphabet[i]] = (unsigned char)(i + 1);
    for (; *line && *line != '=' && *line != '\r' && *line != '\n'; line++) {
        unsigned value = values[(unsigned char)*line];
        if (!value) return 0;
        der->bits = der->bits << 6 | (value - 1);
        if (++der->count % 4 == 1) continue; /* six bits are no byte yet */
        if (der->length == MAX_DER_BYTES) return 0;
        der->bytes[der->length++] = (unsigned char)(der->bits >> (6 - 2 * ((der->count - 1) % 4)));
    }
    return 1;
}

/* Whether the subject of the certificate (RFC 5280 section 4.1) is `name`. */
static int has_subject(const Der *der, const mbedtls_x509_buf *name)
{
    static const int before_subject[] = {
        MBEDTLS_ASN1_INTEGER, /* serialNumber */
        MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE, /* signature */
        MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE, /* issuer */
        MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE, /* validity */
    };
    const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
    const int version = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED;
    unsigned char *at = (unsigned char *)der->bytes; /* read only */
    const unsigned char *end = at + der->length;
    size_t length;
    if (mbedtls_asn1_get_tag(&at, end, &length, sequence)) return 0;
    if (mbedtls_asn1_get_tag(&at, end, &length, sequence)) return 0;
    if (mbedtls_asn1_get_tag(&at, end, &length, version) == 0) at += length; /* absent in version 1 */
    for (size_t i = 0; i < sizeof before_subject / sizeof *before_subject; i++) {
        if (mbedtls_asn1_get_tag(&at, end, &length, before_subject[i])) return 0;
        at += length;
    }
    return (size_t)(end - at) >= name->len && memcmp(at, name->p, name->len) == 0;
}

static int add(const Der *der, mbedtls_x509_crt **list)
{
    if (!*list) {
        *list = mbedtls_calloc(1, sizeof **list);
        if (!*list) return MBEDTLS_ERR_X509_ALLOC_FAILED;
        mbedtls_x509_crt_init(*list);
    }
    /* One that mbedTLS cannot read is no reason to refuse the others. */
    int result = mbedtls_x509_crt_parse_der(*list, der->bytes, der->length);
    return result == MBEDTLS_ERR_X509_ALLOC_FAILED ? result : 0;
}

static int search_file(const char *path, const mbedtls_x509_buf *subject, mbedtls_x509_crt **list)
{
    char buffer[READ_BYTES], line[MAX_LINE_BYTES];
    Der der;
    int inside = 0, result = 0;
    FILE *file = fopen(path, "re");
    if (!file) return 0; /* gone meanwhile, or no file: the chain finds no root then */
    setvbuf(file, buffer, _IOFBF, sizeof buffer);
    while (result == 0 && fgets(line, sizeof line, file)) {
        if (strncmp(line, "-----BEGIN CERTIFICATE-----", 27) == 0) {
            inside = 1;
            der.length = der.count = 0;
        } else if (inside && strncmp(line, "-----END CERTIFICATE-----", 25) == 0) {
            inside = 0;
            if (has_subject(&der, subject)) result = add(&der, list);
        } else if (inside) {
            inside = decode_line(&der, line);
        }
    }
    fclose(file);
    return result;
}

static int search_folder(const char *path, const mbedtls_x509_buf *subject, mbedtls_x509_crt **list)
{
    char name[PATH_MAX];
    struct dirent *entry;
    int result = 0;
    DIR *folder = opendir(path);
    if (!folder) return 0;
    while (result == 0 && (entry = readdir(folder)))
        if (snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < (int)sizeof name)
            result = search_file(name, subject, list);
    closedir(folder);
    return result;
}

/* mbedtls_x509_crt_ca_cb_t: the roots that may have signed `child`. mbedTLS frees the list, also after a failure. */
static int find_issuers(void *opaque, const mbedtls_x509_crt *child, mbedtls_x509_crt **list)
{
    const Trust *trust = opaque;
    int result = 0;
    *list = NULL;
    if (trust->file) result = search_file(trust->file, &child->issuer_raw, list);
    if (result == 0 && trust->folder) result = search_folder(trust->folder, &child->issuer_raw, list);
    return result;
}

const char *trust_missing(const Trust *trust)
{
    if (trust->file && access(trust->file, R_OK)) return trust->file;
    if (trust->folder && access(trust->folder, R_OK | X_OK)) return trust->folder;
    return NULL;
}

void trust_use(const Trust *trust, mbedtls_ssl_config *config)
{
    mbedtls_ssl_conf_ca_cb(config, find_issuers, (void *)trust);
}
