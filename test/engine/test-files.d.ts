/** Made by the Makefile: every core test by its path. */
declare module 'test-files' {
  export const files: Readonly<Record<string, () => Promise<unknown>>>;
}
