/** The folders that SSL_CERT_DIR names, separated by colons as OpenSSL has it; native/trust.c does the same. */
export const caFolders = (caPath: string): string[] => caPath.split(':').filter((folder) => folder !== '');
