/** Stamps of the kernel are hundredths of a second since boot, without suspend, in 32 bits: they start anew after 497
 *  days. */
export const isLater = (stamp: number, than: number): boolean => ((stamp - than) | 0) > 0;

/** The later of two; null = there is none. */
export const laterOf = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return a ?? b;
  return isLater(b, a) ? b : a;
};
