/** Native module of test programs alone: what a handshake would find, without one (native/trials.c). */
declare module 'trials' {
  /** What a handshake would find of the first certificate of a file in a bundle: 2 = that very one, 1 = an issuer of it,
   *  0 = none, -1 = it cannot be read. */
  export function findRoots(file: string, bundle: string): number;
  /** How often the name constraints of a bundle's certificates hold for the first certificate of a file and the host, are
   *  broken, are unclear; and how many of the bundle cannot be read. */
  export function tryConstraints(
    bundle: string,
    file: string,
    host: string,
  ): readonly [hold: number, broken: number, unclear: number, unreadable: number];
}
