/** The version in package.json; the Makefile has esbuild put it in. */
declare const VERSION: string;
