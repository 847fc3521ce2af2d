import * as http from 'http';

/** More than any bundle has: a public one has some 140. */
const MANY = 100_000;

/** How many root certificates can be read in a bundle, and in folders of such files, separated by colons; null =
 *  none. */
export const countRoots = (file: string | null, folders: string | null): number => http.countRoots(file, folders, MANY);

/** Whether there are any, which takes no longer than the first of them. */
export const hasCertificate = (file: string | null, folders: string | null): boolean =>
  http.countRoots(file, folders, 1) > 0;
