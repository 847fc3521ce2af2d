/* Root certificates, read when a chain of certificates asks for them. */
#ifndef TRUST_H
#define TRUST_H

#include <mbedtls/ssl.h>

/* Where they are: a PEM bundle, and folders of such files, parted by colons; NULL = none. */
typedef struct {
    char *file, *folder;
} Trust;

/* Whether what is named can be opened. Returns NULL, or the name of what cannot, with errno set. */
const char *trust_missing(const Trust *trust);

/* Lets the handshakes of `config` find their roots in `trust`, which must stay there as long. */
void trust_use(const Trust *trust, mbedtls_ssl_config *config);

#endif
