/** Host, in lower case and an address without brackets, and port of an http or https URL; '' = it is none. */
export function hostAndPort(url: string): { readonly host: string; readonly port: string } {
  const [, scheme, host = '', port] = /^(https?):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?/i.exec(url) ?? [];
  const usual = scheme?.toLowerCase() === 'http' ? '80' : '443';
  return { host: host.replace(/^\[|\]$/g, '').toLowerCase(), port: port ?? usual };
}
