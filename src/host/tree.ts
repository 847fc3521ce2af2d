import { landlockAbi } from 'confine';
import * as os from 'os';
import type { Tree } from '../core/config/confinement.ts';

const orNull = ([path, errno]: [string, number]): string | null => (errno === 0 ? path : null);

/** What the rules of Landlock are made of. */
export const systemTree = (): Tree => ({
  landlockAbi,
  realPath: (path) => orNull(os.realpath(path)),
  readLink: (path) => orNull(os.readlink(path)),
  list: (folder) => {
    const [names, errno] = os.readdir(folder);
    return errno === 0 ? names : null;
  },
});
