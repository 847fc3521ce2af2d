/** Variables that hold a secret; the process erases them once they are read. */
export const SECRET_VARIABLES: readonly string[] = [
  'CLOUDFLARE_API_TOKEN',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'IPV6DDNS_NOTIFY_URL',
];

/** Names the file for a trace of what the kernel tells; for finding faults, so it is no setting. */
export const TRACE_VARIABLE = 'IPV6DDNS_TRACE';

/** Set to 0 the process keeps all its rights; for systems that its confinement does not suit, and for finding faults. */
export const CONFINE_VARIABLE = 'IPV6DDNS_CONFINE';

/** Those that count only where the process got them from the start, not in the environment file. */
export const PROCESS_VARIABLES: readonly string[] = [TRACE_VARIABLE, CONFINE_VARIABLE];
