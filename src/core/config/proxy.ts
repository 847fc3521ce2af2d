/** Scheme, host and port of a proxy's URL, without what may be a password. */
export const proxyOrigin = (url: string): string => url.replace(/^(\w+:\/\/)?(?:[^/]*@)?([^/]*).*$/s, '$1$2');

/** Whether the URL must not be shown. */
export const hasCredentials = (url: string): boolean => url.includes('@');
