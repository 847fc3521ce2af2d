/* A chain needs one root of a bundle's 140, and libcurl would parse them all before every handshake: 12 ms and 0.6 MiB.
 * Here mbedTLS asks for the issuers of one certificate (mbedtls_x509_crt_ca_cb_t), and of the bundle only the subjects
 * are looked at. Names are compared byte by byte, as RFC 5280 section 4.1.2.6 has CAs write them. */
#include "trust.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <mbedtls/asn1.h>
#include <mbedtls/error.h>
#include <mbedtls/platform.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_DER_BYTES 4096 /* roots have up to 2 KiB; what is longer is passed over */
#define MAX_HEADER_BYTES 6 /* tag and length of an element of DER */
#define READ_BYTES 16384

typedef struct {
    unsigned char bytes[MAX_DER_BYTES];
    size_t length;
    unsigned bits, count; /* of a group of four characters that has begun */
} Der;

/* Adds the bytes that a line of base64 stands for (RFC 4648 section 4). Returns 0 when it holds anything else. */
static int decode_line(Der *der, const char *line, const char *end)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static unsigned char values[256]; /* plus 1 */
    if (!values['A'])
        for (unsigned i = 0; i < 64; i++) values[(unsigned char)alphabet[i]] = (unsigned char)(i + 1);
    for (; line < end && *line != '=' && *line != '\r'; line++) {
        unsigned value = values[(unsigned char)*line];
        if (!value) return 0;
        der->bits = der->bits << 6 | (value - 1);
        if (++der->count % 4 == 1) continue; /* six bits are no byte yet */
        if (der->length == MAX_DER_BYTES) return 0;
        der->bytes[der->length++] = (unsigned char)(der->bits >> (6 - 2 * ((der->count - 1) % 4)));
    }
    return 1;
}

/* Whether the subject of the certificate (RFC 5280 section 4.1), of which the beginning is there, is `name`: 1, 0,
 * -1 = more of it is needed to tell. */
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
    const unsigned char *have = at + der->length;
    const unsigned char *end = at + sizeof der->bytes; /* lengths may reach beyond what is there by now */
    size_t length;
    if (have - at < 2 * MAX_HEADER_BYTES) return -1;
    if (mbedtls_asn1_get_tag(&at, end, &length, sequence)) return 0;
    if (mbedtls_asn1_get_tag(&at, end, &length, sequence)) return 0;
    if (have - at < MAX_HEADER_BYTES) return -1;
    if (mbedtls_asn1_get_tag(&at, end, &length, version) == 0) at += length; /* absent in version 1 */
    for (size_t i = 0; i < sizeof before_subject / sizeof *before_subject; i++) {
        if (have - at < MAX_HEADER_BYTES) return -1;
        if (mbedtls_asn1_get_tag(&at, end, &length, before_subject[i])) return 0;
        at += length;
    }
    if (have - at < (ptrdiff_t)name->len) return -1;
    return memcmp(at, name->p, name->len) == 0;
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

/* A file's lines; one that is longer than READ_BYTES comes in pieces. */
typedef struct {
    int fd;
    size_t at, length;
    char bytes[READ_BYTES];
} Lines;

/* Sets `*line` and `*end`, its line feed left out. Returns 0 at the end of the file, or when it cannot be read. */
static int next_line(Lines *lines, const char **line, const char **end)
{
    const char *feed;
    while (!(feed = memchr(lines->bytes + lines->at, '\n', lines->length - lines->at))) {
        ssize_t count;
        memmove(lines->bytes, lines->bytes + lines->at, lines->length - lines->at);
        lines->length -= lines->at;
        lines->at = 0;
        if (lines->length == READ_BYTES) break;
        count = read(lines->fd, lines->bytes + lines->length, READ_BYTES - lines->length);
        if (count > 0) lines->length += (size_t)count;
        else if (lines->length > 0) break;
        else return 0;
    }
    *line = lines->bytes + lines->at;
    *end = feed ? feed : lines->bytes + lines->length;
    lines->at = (size_t)(*end - lines->bytes) + (feed != NULL);
    return 1;
}

static int starts_with(const char *line, const char *end, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(end - line) >= length && memcmp(line, text, length) == 0;
}

static int search_file(const char *path, const mbedtls_x509_buf *subject, mbedtls_x509_crt **list)
{
    const char *line, *end;
    Lines lines;
    Der der;
    int inside = 0, matches = 0, result = 0;
    lines.fd = open(path, O_RDONLY | O_CLOEXEC);
    lines.at = lines.length = 0;
    if (lines.fd < 0) return 0; /* gone meanwhile: the chain finds no root then */
    while (result == 0 && next_line(&lines, &line, &end)) {
        if (starts_with(line, end, "-----BEGIN CERTIFICATE-----")) {
            inside = 1;
            matches = -1;
            der.length = der.count = 0;
        } else if (inside && starts_with(line, end, "-----END CERTIFICATE-----")) {
            inside = 0;
            if (matches == 1) result = add(&der, list);
        } else if (inside) {
            inside = decode_line(&der, line, end);
            if (inside && matches < 0) matches = has_subject(&der, subject);
            if (matches == 0) inside = 0; /* most are another's: the rest need not be decoded */
        }
    }
    close(lines.fd);
    return result;
}

/* Copies the next of the folders at *left, which colons part (SSL_CERT_DIR as OpenSSL has it). Returns 0 = none is left. */
static int next_folder(const char **left, char name[PATH_MAX])
{
    *left += strspn(*left, ":");
    int length = (int)strcspn(*left, ":");
    snprintf(name, PATH_MAX, "%.*s", length, *left); /* one that is too long is not there */
    *left += length;
    return length > 0;
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

static int search_folders(const char *paths, const mbedtls_x509_buf *subject, mbedtls_x509_crt **list)
{
    char path[PATH_MAX];
    int result = 0;
    while (result == 0 && next_folder(&paths, path)) result = search_folder(path, subject, list);
    return result;
}

/* mbedtls_x509_crt_ca_cb_t: the roots that may have signed `child`. mbedTLS frees the list, also after a failure. */
static int find_issuers(void *opaque, const mbedtls_x509_crt *child, mbedtls_x509_crt **list)
{
    const Trust *trust = opaque;
    int result = 0;
    *list = NULL;
    if (trust->file) result = search_file(trust->file, &child->issuer_raw, list);
    if (result == 0 && trust->folder) result = search_folders(trust->folder, &child->issuer_raw, list);
    return result;
}

const char *trust_missing(const Trust *trust)
{
    if (trust->file && access(trust->file, R_OK)) return trust->file;
    char path[PATH_MAX];
    for (const char *left = trust->folder; left && next_folder(&left, path);)
        if (access(path, R_OK | X_OK)) return trust->folder;
    return NULL;
}

void trust_use(const Trust *trust, mbedtls_ssl_config *config)
{
    mbedtls_ssl_conf_ca_cb(config, find_issuers, (void *)trust);
}
