/* Name constraints (RFC 5280 section 4.2.1.10), which mbedTLS does not know of. */
#ifndef CONSTRAINTS_H
#define CONSTRAINTS_H

#include <mbedtls/x509_crt.h>

typedef enum { CONSTRAINTS_HOLD, CONSTRAINTS_BROKEN, CONSTRAINTS_UNCLEAR } Constraints; /* the later, the worse */

/* Whether the names of `crt` keep within what its issuer, or one above that, is constrained to. Names of hosts, addresses
 * and directory names are compared; UNCLEAR where a constraint is of another kind and `crt` has a name of that kind, and
 * where it cannot be read.
 * host: what the certificate is to stand for, a name without a final dot or an address; NULL = nothing */
Constraints constraints_check(const mbedtls_x509_crt *issuer, const mbedtls_x509_crt *crt, const char *host);

#endif
