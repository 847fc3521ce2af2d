import * as confine from 'confine';
import * as os from 'os';
import type { Confinement } from '../core/config/confinement.ts';
import { isMissing, messageOf } from './errors.ts';

/** <linux/prctl.h> */
const PR_SET_DUMPABLE = 4;
const PR_SET_NO_NEW_PRIVS = 38;

/** Gives up for good what the process does not need any more, each part as far as the kernel lets it.
 *  @param skipped is told what could not be given up and why
 *  @returns whether the rules of the file system are in force */
export function confineProcess(
  { fs, net, scoped, rules, ports }: Confinement,
  skipped: (why: string) => void,
): boolean {
  const attempt = (act: () => void): boolean => {
    try {
      act();
      return true;
    } catch (error) {
      skipped(messageOf(error));
      return false;
    }
  };
  attempt(() => confine.prctl(PR_SET_DUMPABLE, 0));
  attempt(() => confine.limitCore());
  attempt(() => confine.prctl(PR_SET_NO_NEW_PRIVS, 1));
  const inForce = attempt(() => {
    const ruleset = confine.landlockCreate(fs, net, scoped);
    try {
      for (const [folder, rights] of rules) {
        try {
          confine.landlockAllow(ruleset, folder, rights & fs);
        } catch (error) {
          // A folder that is gone needs no rule. Without any other one the process would lose what it needs.
          if (!isMissing(error)) throw error;
          skipped(messageOf(error));
        }
      }
      for (const port of ports) confine.landlockAllowPort(ruleset, port, net);
      confine.landlockRestrict(ruleset);
    } finally {
      os.close(ruleset);
    }
  });
  // After the rules: root may need one to open another user's folder.
  attempt(() => confine.dropCapabilities());
  attempt(() => confine.filterSyscalls());
  return inForce;
}
