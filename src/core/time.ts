/** The earliest of the points in time that are set; null = none is. */
export function earliest(...times: readonly (number | null)[]): number | null {
  const set = times.filter((time) => time !== null);
  return set.length === 0 ? null : Math.min(...set);
}

/** An interval, longer or shorter by up to a tenth, so that machines that one event has started do not go on in step.
 *  @param draw uniform in [0, 1) */
export const jittered = (interval: number, draw: number): number => interval * (0.9 + draw / 5);

/** A time span in its two largest units, as in "6d 2h"; null = for ever. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) return 'forever';
  const units = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0s';
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}
