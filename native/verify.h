/* Whether a server is the one that it says it is: mbedTLS's verdict on its chain of certificates, and what that leaves to
 * its caller. */
#ifndef VERIFY_H
#define VERIFY_H

#include "trust.h"

#include <mbedtls/ssl.h>

/* Flags beside those of mbedTLS (MBEDTLS_X509_BADCERT_…), in bits that it does not use. */
#define BADCERT_CONSTRAINTS 0x100000 /* a name is none that an authority above may vouch for (name constraints) */
#define BADCERT_CONSTRAINTS_UNCLEAR 0x200000 /* there are constraints of a kind that is not known here */
#define BADCERT_NAMESAKE 0x400000 /* with NOT_TRUSTED: a root has the issuer's name, but did not sign it */
#define BADCERT_CHAIN_CUT 0x800000 /* with NOT_TRUSTED: the server sent certificates along that cannot be read */

typedef struct {
    int depth; /* 0 = the server's own; above it its issuers; -1 = there was none */
    uint32_t flags; /* what is wrong with it; 0 = nothing */
    char subject[256], issuer[256]; /* as mbedtls_x509_dn_gets writes them, cut where they do not fit */
    char names[512]; /* of hosts that it is for, separated by ", ", cut likewise */
    mbedtls_x509_time from, until;
} CertificateFacts;

typedef struct {
    Trust trust;
    char host[256]; /* whose certificate it has to be; '' = nobody's */
    CertificateFacts server, fault; /* the server's own; the nearest to it that is bad */
    /* While a chain is verified: */
    const mbedtls_x509_crt *chain[MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2];
    int length, asked, is_anchor, has_namesake;
} Verifier;

/* Lets the next handshake of `config` be verified. `verifier`, of which trust and host are set, must stay there as long. */
void verify_use(Verifier *verifier, mbedtls_ssl_config *config);

#endif
