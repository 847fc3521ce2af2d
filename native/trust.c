/* A chain needs one root of a bundle's 140, and libcurl would parse them all before every handshake: 12 ms and 0.6 MiB.
 * Here the bundle is read anew for the issuers of one certificate, and of the others only the subjects are looked at. */
#include "trust.h"
#include "bundle.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <mbedtls/error.h>
#include <mbedtls/platform.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies the next of the folders at *left, which colons part (SSL_CERT_DIR as OpenSSL has it). Returns 0 = none is left. */
static int next_folder(const char **left, char name[PATH_MAX])
{
    *left += strspn(*left, ":");
    int length = (int)strcspn(*left, ":");
    snprintf(name, PATH_MAX, "%.*s", length, *left); /* one that is too long is not there */
    *left += length;
    return length > 0;
}

static int read_folder(const char *path, const Reader *reader)
{
    char name[PATH_MAX];
    struct dirent *entry;
    int result = 0;
    DIR *folder = opendir(path);
    if (!folder) return 0;
    while (result == 0 && (entry = readdir(folder)))
        if (snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < (int)sizeof name)
            result = bundle_read(name, reader);
    closedir(folder);
    return result;
}

static int read_all(const Trust *trust, const Reader *reader)
{
    char path[PATH_MAX];
    const char *left = trust->folder;
    int result = trust->file ? bundle_read(trust->file, reader) : 0;
    while (result == 0 && left && next_folder(&left, path)) result = read_folder(path, reader);
    return result;
}

typedef struct {
    const mbedtls_x509_crt *child;
    Found *found;
} Search;

static int wants_issuer(const Der *der, void *opaque)
{
    const Search *search = opaque;
    int is_issuer = der_has_subject(der, &search->child->issuer_raw);
    return is_issuer ? is_issuer : der_has_subject(der, &search->child->subject_raw);
}

static int take_issuer(const Der *der, void *opaque)
{
    Search *search = opaque;
    const mbedtls_x509_buf *own = &search->child->raw;
    mbedtls_x509_crt **list = &search->found->issuers;
    int result;
    if (der->length >= own->len && memcmp(der->bytes, own->p, own->len) == 0) search->found->has_it = 1;
    if (!*list) {
        *list = mbedtls_calloc(1, sizeof **list);
        if (!*list) return MBEDTLS_ERR_X509_ALLOC_FAILED;
        mbedtls_x509_crt_init(*list);
    }
    /* One that mbedTLS cannot read is no reason to refuse the others. */
    result = bundle_parse(*list, der->bytes, der->length);
    return result == MBEDTLS_ERR_X509_ALLOC_FAILED ? result : 0;
}

int trust_find(const Trust *trust, const mbedtls_x509_crt *child, Found *found)
{
    Search search = {child, found};
    const Reader reader = {wants_issuer, take_issuer, &search};
    found->issuers = NULL;
    found->has_it = 0;
    return read_all(trust, &reader);
}

/* The last bytes of each certificate, which are of its signature: no two have the same. */
typedef struct {
    uint64_t *tails;
    long count, most;
    int no_memory;
} Census;

static int wants_any(const Der *der, void *opaque)
{
    (void)der, (void)opaque;
    return 1;
}

static int take_any(const Der *der, void *opaque)
{
    Census *census = opaque;
    mbedtls_x509_crt crt;
    uint64_t tail = 0;
    int is_good;
    mbedtls_x509_crt_init(&crt);
    is_good = bundle_parse(&crt, der->bytes, der->length) == 0 && crt.raw.len >= sizeof tail;
    if (is_good) memcpy(&tail, crt.raw.p + crt.raw.len - sizeof tail, sizeof tail);
    mbedtls_x509_crt_free(&crt);
    if (!is_good) return 0;
    for (long i = 0; i < census->count; i++)
        if (census->tails[i] == tail) return 0;
    if (census->count % 64 == 0) {
        uint64_t *grown = realloc(census->tails, (size_t)(census->count + 64) * sizeof *grown);
        if (!grown) return census->no_memory = 1;
        census->tails = grown;
    }
    census->tails[census->count++] = tail;
    return census->count >= census->most;
}

long trust_count(const Trust *trust, long most)
{
    Census census = {NULL, 0, most, 0};
    const Reader reader = {wants_any, take_any, &census};
    read_all(trust, &reader);
    free(census.tails);
    return census.no_memory ? -1 : census.count;
}

int trust_problem(const Trust *trust, char *reason, size_t size)
{
    const char *path = trust->file, *left = trust->folder;
    char folder[PATH_MAX];
    struct stat is;
    if (path && (access(path, R_OK) || stat(path, &is)))
        return snprintf(reason, size, "%s: %s", path, strerror(errno));
    if (path && !S_ISREG(is.st_mode)) return snprintf(reason, size, "%s: not a file", path);
    while (left && next_folder(&left, folder))
        if (access(folder, R_OK | X_OK)) return snprintf(reason, size, "%s: %s", trust->folder, strerror(errno));
    return 0;
}
