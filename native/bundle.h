/* The certificates of a bundle: a text file in which each stands as base64 between two lines (PEM, RFC 7468). */
#ifndef BUNDLE_H
#define BUNDLE_H

#include <mbedtls/x509_crt.h>

/* Longer than any root: the longest of a public bundle has 2 KiB, a server's own certificate with many names some more. */
#define MAX_DER_BYTES 16384

typedef struct {
    unsigned char bytes[MAX_DER_BYTES];
    size_t length;
    unsigned bits, count; /* of a group of four characters that has begun */
} Der;

/* Whoever looks for certificates. */
typedef struct {
    /* Whether the certificate is wanted, of which the beginning is there: 1, 0, -1 = more of it is needed to tell. */
    int (*wants)(const Der *der, void *opaque);
    /* Takes a wanted one. Anything but 0 ends the reading, and is its result. */
    int (*take)(const Der *der, void *opaque);
    void *opaque;
} Reader;

/* Reads one file. A file that is not a regular one, or is gone, has no certificates. */
int bundle_read(const char *path, const Reader *reader);

/* As mbedtls_x509_crt_parse_der, and takes certificates with name constraints, critical ones, too: verify.c holds them. */
int bundle_parse(mbedtls_x509_crt *chain, const unsigned char *bytes, size_t length);

/* Whether the subject of the certificate may be `name`: 1, 0, -1 = more of it is needed to tell. What mbedTLS takes for
 * the same name, kind of string and case of letters apart, is the same here; mbedTLS looks again. */
int der_has_subject(const Der *der, const mbedtls_x509_buf *name);

#endif
