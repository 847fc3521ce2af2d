/** CURLcodes for which libcurl's own words do not say what to do (curl/curl.h). */
const ADVICE: readonly (readonly [code: number, advice: string])[] = [
  [6, 'is the network up, and does the resolver in /etc/resolv.conf answer?'],
  [7, 'is the network up?'],
  [60, "are the machine's clock and its bundle of root certificates right?"],
  [77, 'the bundle of root certificates cannot be read'],
];

/** What a failed transfer is to be called in the log.
 *  @param code CURLcode, not 0
 *  @param detail libcurl's words */
export function describeTransportFailure(code: number, detail: string): string {
  const advice = ADVICE.find(([own]) => own === code)?.[1];
  const words = detail.trim() === '' ? `libcurl error ${code}` : detail.trim();
  return advice === undefined ? words : `${words}; ${advice}`;
}
