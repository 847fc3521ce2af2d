/** The folders that SSL_CERT_DIR names, parted by colons as OpenSSL has it; native/trust.c parts them the same way. */
export const caFolders = (caPath: string): string[] => caPath.split(':').filter((folder) => folder !== '');
