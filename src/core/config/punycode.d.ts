/** The part of the punycode library that is used; it ships no types. Its bare name would be Node's own module. */
declare module 'punycode/punycode.es6.js' {
  /** The letters after `xn--` for one label (RFC 3492). */
  export function encode(label: string): string;
}
