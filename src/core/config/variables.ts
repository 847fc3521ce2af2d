/** Variables that hold a secret; the process erases them once they are read. */
export const SECRET_VARIABLES: readonly string[] = ['CLOUDFLARE_API_TOKEN', 'HTTPS_PROXY'];

/** Names the file for a trace of what the kernel tells; for finding faults, so it is no setting. */
export const TRACE_VARIABLE = 'IPV6DDNS_TRACE';
