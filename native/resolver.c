/* libcurl offers none of c-ares' options. Names are asked for as they stand, without search domains and aliases, and every
 * server of resolv.conf is asked twice, two seconds each time, whatever its `options` say of that: they are written for
 * programs that have nothing else to fall back on, and the limits of a connection here are a few seconds. */
#include <ares.h>

#define PER_ATTEMPT_MS 2000

/* Stands for c-ares' own (-Wl,--wrap). */
int __real_ares_init_options(ares_channel_t **channel, const struct ares_options *options, int mask);
int __wrap_ares_init_options(ares_channel_t **channel, const struct ares_options *options, int mask);
int __wrap_ares_init_options(ares_channel_t **channel, const struct ares_options *options, int mask)
{
    struct ares_options ours = *options;
    ours.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    ours.timeout = ours.maxtimeout = PER_ATTEMPT_MS;
    ours.tries = 2;
    mask |= ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_MAXTIMEOUTMS | ARES_OPT_TRIES;
    return __real_ares_init_options(channel, &ours, mask);
}
