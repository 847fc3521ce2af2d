/* libcurl offers none of c-ares' options. Names are asked for as they stand, without search domains and aliases, and every
 * server of resolv.conf is asked twice, two seconds each time, whatever its `options` say of that: they are written for
 * programs that have nothing else to fall back on, and the limits of a connection here are a few seconds. */
#include <ares.h>
#include <sys/stat.h>

#define PER_ATTEMPT_MS 2000

/* A longer /etc/hosts is a list of names that are blocked. c-ares takes in the whole of it for each connection: one of
 * 9 MiB with 200,000 names takes 75 MiB and a second. */
#define MAX_HOSTS_BYTES (256 << 10)

static int is_hosts_read(void)
{
    struct stat hosts;
    return stat("/etc/hosts", &hosts) != 0 || (S_ISREG(hosts.st_mode) && hosts.st_size <= MAX_HOSTS_BYTES);
}

/* Stands for c-ares' own (-Wl,--wrap). */
int __real_ares_init_options(ares_channel_t **channel, const struct ares_options *options, int mask);
int __wrap_ares_init_options(ares_channel_t **channel, const struct ares_options *options, int mask);
int __wrap_ares_init_options(ares_channel_t **channel, const struct ares_options *options, int mask)
{
    char name_servers_alone[] = "b";
    struct ares_options ours = *options;
    ours.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    ours.timeout = ours.maxtimeout = PER_ATTEMPT_MS;
    ours.tries = 2;
    if (!is_hosts_read()) {
        ours.lookups = name_servers_alone; /* c-ares makes a copy */
        mask |= ARES_OPT_LOOKUPS;
    }
    mask |= ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_MAXTIMEOUTMS | ARES_OPT_TRIES;
    return __real_ares_init_options(channel, &ours, mask);
}
