import { EXIT, type ExitStatus } from './exit.ts';

/** One line of `ipv6ddns check`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly detail: string;
  /** What to do; null = nothing. */
  readonly remedy: string | null;
}

/** The lines so far, and the exit status that they lead to: that of the first failure. */
export class Report {
  readonly checks: Check[] = [];
  status: ExitStatus = EXIT.ok;

  pass(name: string, detail: string): void {
    this.checks.push({ name, ok: true, detail, remedy: null });
  }

  fail(name: string, status: ExitStatus, detail: string, remedy: string | null): void {
    if (this.status === EXIT.ok) this.status = status;
    this.checks.push({ name, ok: false, detail, remedy });
  }
}

/** The lines for people. */
export function formatChecks(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, ok, detail, remedy }) => {
    const line = `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${detail}`;
    return remedy === null ? line : `${line}: ${remedy}`;
  });
}
