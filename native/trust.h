/* Root certificates: where they are, and those that a certificate asks for. */
#ifndef TRUST_H
#define TRUST_H

#include <mbedtls/x509_crt.h>

/* Where they are: a PEM bundle, and folders of such files, separated by colons; NULL = none. */
typedef struct {
    char *file, *folder;
} Trust;

/* What there is of the issuers of a certificate. */
typedef struct {
    mbedtls_x509_crt *issuers; /* roots of that name; NULL = none */
    int has_it; /* the certificate itself is among the roots */
} Found;

/* Puts down why what is named cannot be read, with its name. Returns 0 = it can. */
int trust_problem(const Trust *trust, char *reason, size_t size);

/* Looks for `child` and for the roots that may have signed it. Returns 0, or an error of mbedTLS's; whatever it returns,
 * the caller frees `found->issuers`. */
int trust_find(const Trust *trust, const mbedtls_x509_crt *child, Found *found);

/* How many different certificates there are that can be read; no more than `most` are looked for. -1 = no memory. */
long trust_count(const Trust *trust, long most);

#endif
