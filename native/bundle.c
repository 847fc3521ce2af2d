#include "bundle.h"

#include <fcntl.h>
#include <mbedtls/asn1.h>
#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_BYTES (16 * 1024 * 1024) /* the bundles of distributions have 0.2 MiB; what comes after is not read */
#define MAX_HEADER_BYTES 6 /* tag and length of an element of DER */
#define READ_BYTES 16384

static const int SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
static const int CONTEXT_0 = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED;

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Adds the bytes that a line of base64 stands for (RFC 4648 section 4). Returns 0 when it holds anything else. */
static int decode_line(Der *der, const char *line, const char *end)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static unsigned char values[256]; /* plus 1 */
    if (!values['A'])
        for (unsigned i = 0; i < 64; i++) values[(unsigned char)alphabet[i]] = (unsigned char)(i + 1);
    for (; line < end && *line != '='; line++) {
        unsigned value = values[(unsigned char)*line];
        if (!value && is_blank(*line)) continue;
        if (!value) return 0;
        der->bits = der->bits << 6 | (value - 1);
        if (++der->count % 4 == 1) continue; /* six bits are no byte yet */
        if (der->length == MAX_DER_BYTES) return 0;
        der->bytes[der->length++] = (unsigned char)(der->bits >> (6 - 2 * ((der->count - 1) % 4)));
    }
    return 1;
}

/* Case of letters and UTF8String or PrintableString: mbedTLS does not tell them apart in names (x509_string_cmp). */
static unsigned char folded(unsigned char c)
{
    if (c == MBEDTLS_ASN1_PRINTABLE_STRING) return MBEDTLS_ASN1_UTF8_STRING;
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

int der_has_subject(const Der *der, const mbedtls_x509_buf *name)
{
    const int before_subject[] = {
        MBEDTLS_ASN1_INTEGER, /* serialNumber */
        SEQUENCE, /* signature */
        SEQUENCE, /* issuer */
        SEQUENCE, /* validity */
    };
    unsigned char *at = (unsigned char *)der->bytes; /* read only */
    const unsigned char *have = at + der->length;
    const unsigned char *end = at + sizeof der->bytes; /* lengths may reach beyond what is there by now */
    size_t length;
    if (have - at < 2 * MAX_HEADER_BYTES) return -1;
    if (mbedtls_asn1_get_tag(&at, end, &length, SEQUENCE)) return 0;
    if (mbedtls_asn1_get_tag(&at, end, &length, SEQUENCE)) return 0;
    if (have - at < MAX_HEADER_BYTES) return -1;
    if (mbedtls_asn1_get_tag(&at, end, &length, CONTEXT_0) == 0) at += length; /* the version, absent in version 1 */
    for (size_t i = 0; i < sizeof before_subject / sizeof *before_subject; i++) {
        if (have - at < MAX_HEADER_BYTES) return -1;
        if (mbedtls_asn1_get_tag(&at, end, &length, before_subject[i])) return 0;
        at += length;
    }
    if (have - at < (ptrdiff_t)name->len) return -1;
    for (size_t i = 0; i < name->len; i++)
        if (folded(at[i]) != folded(name->p[i])) return 0;
    return 1;
}

/* Whether the list of purposes at *at, which is moved behind it, has that of a TLS server. Returns 0 when there is no list. */
static int lists_servers(unsigned char **at, const unsigned char *end, int tag, int *has_servers)
{
    const unsigned char *list_end;
    size_t length;
    *has_servers = 0;
    if (mbedtls_asn1_get_tag(at, end, &length, tag)) return 0;
    list_end = *at + length;
    while (*at < list_end) {
        mbedtls_asn1_buf purpose;
        if (mbedtls_asn1_get_tag(at, list_end, &purpose.len, MBEDTLS_ASN1_OID)) break;
        purpose.p = *at;
        *has_servers |= MBEDTLS_OID_CMP(MBEDTLS_OID_SERVER_AUTH, &purpose) == 0 ||
                        MBEDTLS_OID_CMP(MBEDTLS_OID_ANY_EXTENDED_KEY_USAGE, &purpose) == 0;
        *at += purpose.len;
    }
    *at = (unsigned char *)list_end;
    return 1;
}

/* Whether what follows a "TRUSTED CERTIFICATE" (X509_CERT_AUX of OpenSSL: purposes that it is trusted for, and those that
 * it is not trusted for) lets it vouch for servers. */
static int is_for_servers(const Der *der)
{
    unsigned char *at = (unsigned char *)der->bytes; /* read only */
    const unsigned char *end = at + der->length;
    size_t length;
    int has_servers;
    if (mbedtls_asn1_get_tag(&at, end, &length, SEQUENCE)) return 0;
    at += length;
    if (at == end) return 1;
    if (mbedtls_asn1_get_tag(&at, end, &length, SEQUENCE)) return 0;
    end = at + length;
    if (lists_servers(&at, end, SEQUENCE, &has_servers) && !has_servers) return 0;
    return !lists_servers(&at, end, CONTEXT_0, &has_servers) || !has_servers;
}

static int accept_constraints(void *opaque, mbedtls_x509_crt const *crt, mbedtls_x509_buf const *oid, int critical,
                              const unsigned char *value, const unsigned char *end)
{
    (void)opaque, (void)crt, (void)value, (void)end;
    if (!critical || MBEDTLS_OID_CMP(MBEDTLS_OID_NAME_CONSTRAINTS, oid) == 0) return 0;
    return MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
}

int bundle_parse(mbedtls_x509_crt *chain, const unsigned char *bytes, size_t length)
{
    return mbedtls_x509_crt_parse_der_with_ext_cb(chain, bytes, length, 1, accept_constraints, NULL);
}

/* A file's lines; one that is longer than READ_BYTES comes in pieces. */
typedef struct {
    int fd;
    size_t at, length, left; /* left: of what may be read */
    char bytes[READ_BYTES];
} Lines;

/* Waits for nothing, as opening a pipe would, and takes nothing but a file, as a device has no end. */
static int open_lines(Lines *lines, const char *path)
{
    static const unsigned char mark[] = {0xEF, 0xBB, 0xBF}; /* of UTF-8, before the first line */
    struct stat is;
    lines->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    lines->at = lines->length = 0;
    lines->left = MAX_FILE_BYTES;
    if (lines->fd < 0) return -1; /* gone meanwhile: the chain finds no root then */
    if (fstat(lines->fd, &is) || !S_ISREG(is.st_mode)) {
        close(lines->fd);
        return -1;
    }
    if (pread(lines->fd, lines->bytes, sizeof mark, 0) == sizeof mark && memcmp(lines->bytes, mark, sizeof mark) == 0)
        lseek(lines->fd, sizeof mark, SEEK_SET);
    return 0;
}

/* Sets `*line` and `*end`, line feed and blanks at both ends left out. Returns 0 at the end of the file, or when it
 * cannot be read. */
static int next_line(Lines *lines, const char **line, const char **end)
{
    const char *feed;
    while (!(feed = memchr(lines->bytes + lines->at, '\n', lines->length - lines->at))) {
        ssize_t count;
        size_t room;
        memmove(lines->bytes, lines->bytes + lines->at, lines->length - lines->at);
        lines->length -= lines->at;
        lines->at = 0;
        if (lines->length == READ_BYTES) break;
        room = READ_BYTES - lines->length < lines->left ? READ_BYTES - lines->length : lines->left;
        count = read(lines->fd, lines->bytes + lines->length, room);
        if (count > 0) {
            lines->length += (size_t)count;
            lines->left -= (size_t)count;
        } else if (lines->length > 0) break;
        else return 0;
    }
    *line = lines->bytes + lines->at;
    *end = feed ? feed : lines->bytes + lines->length;
    lines->at = (size_t)(*end - lines->bytes) + (feed != NULL);
    while (*line < *end && is_blank(**line)) ++*line;
    while (*end > *line && is_blank((*end)[-1])) --*end;
    return 1;
}

static int starts_with(const char *line, const char *end, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(end - line) >= length && memcmp(line, text, length) == 0;
}

/* Which certificate begins with the line: 0 = none, 1 = one, 2 = one that says afterwards what it is trusted for. */
static int begins(const char *line, const char *end)
{
    if (starts_with(line, end, "-----BEGIN CERTIFICATE-----")) return 1;
    if (starts_with(line, end, "-----BEGIN X509 CERTIFICATE-----")) return 1;
    return starts_with(line, end, "-----BEGIN TRUSTED CERTIFICATE-----") ? 2 : 0;
}

int bundle_read(const char *path, const Reader *reader)
{
    const char *line, *end;
    Lines lines;
    Der der;
    int inside = 0, wanted = 0, result = 0;
    if (open_lines(&lines, path)) return 0;
    while (result == 0 && next_line(&lines, &line, &end)) {
        int kind = begins(line, end);
        if (kind) {
            inside = kind;
            wanted = -1;
            der.length = der.count = 0;
        } else if (inside && starts_with(line, end, "-----END ")) {
            if (wanted == 1 && (inside == 1 || is_for_servers(&der))) result = reader->take(&der, reader->opaque);
            inside = 0;
        } else if (inside) {
            if (!decode_line(&der, line, end)) wanted = 0;
            if (wanted < 0) wanted = reader->wants(&der, reader->opaque);
            if (wanted == 0) inside = 0; /* most are another's: the rest need not be decoded */
        }
    }
    close(lines.fd);
    return result;
}
