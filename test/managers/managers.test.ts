import { afterAll, describe, inject, test } from 'vitest';
import { type AdvertiserKind, DNSMASQ, KEA, RADVD } from './harness/advertisers.ts';
import {
  DHCPCD,
  DHCPCD_ROUTER,
  KERNEL,
  KERNEL_VARIANTS,
  type Manager,
  NETWORK_MANAGER,
  NETWORK_MANAGER_PRIVACY,
  NETWORKD,
  NETWORKD_ROUTER,
  PROGRAMS,
} from './harness/managers.ts';
import { Matrix } from './harness/matrix.ts';
import { Scene } from './harness/scene.ts';
import { SITUATIONS, type Situation } from './harness/situations.ts';
import { Street } from './harness/street.ts';

/** `MANAGERS=all` plays every situation with every manager and every router; default: what tells most. */
const ALL = process.env['MANAGERS'] === 'all';

const TIMEOUT_MS = 300_000;

interface Play {
  readonly manager: Manager;
  readonly advertiser: AdvertiserKind;
  readonly situation: Situation;
}

const { FIRST, ANNOUNCED, FLASH, ONCE, DEATH, FLAP, FAIL_OVER, FAIL_BACK, MANAGER_RESTART, DAEMON_RESTART } =
  SITUATIONS;

/** What tells most, a few minutes of it. */
const TELLING: readonly (readonly [Manager, AdvertiserKind, readonly Situation[]])[] = [
  [NETWORKD, DNSMASQ, [ANNOUNCED, FLAP]],
  [NETWORKD, RADVD, [FLASH, MANAGER_RESTART]],
  [NETWORKD, KEA, [ANNOUNCED]],
  [NETWORK_MANAGER, DNSMASQ, [FIRST, ANNOUNCED, FLAP, DAEMON_RESTART]],
  [NETWORK_MANAGER, RADVD, [FLASH, ONCE]],
  [NETWORK_MANAGER_PRIVACY, DNSMASQ, [ANNOUNCED]],
  [NETWORK_MANAGER_PRIVACY, RADVD, [FLASH]],
  [DHCPCD, DNSMASQ, [ANNOUNCED, FLASH, MANAGER_RESTART]],
  [DHCPCD, RADVD, [ONCE]],
  [NETWORKD_ROUTER, KEA, [ANNOUNCED]],
  [KERNEL, RADVD, [DEATH, FAIL_OVER, FAIL_BACK]],
];

const WHOLE: typeof TELLING = [
  ...PROGRAMS.flatMap((manager) =>
    [RADVD, DNSMASQ, KEA].map((advertiser) => [manager, advertiser, Object.values(SITUATIONS)] as const),
  ),
  ...[NETWORKD_ROUTER, DHCPCD_ROUTER].map((manager) => [manager, KEA, [FIRST, ANNOUNCED, FLASH]] as const),
  [KERNEL, RADVD, Object.values(SITUATIONS).filter((situation) => situation !== MANAGER_RESTART)],
  ...KERNEL_VARIANTS.map((manager) => [manager, RADVD, [FIRST, ANNOUNCED, FLASH, ONCE]] as const),
];

const plays: readonly Play[] = (ALL ? WHOLE : TELLING).flatMap(([manager, advertiser, situations]) =>
  situations.map((situation) => ({ manager, advertiser, situation })),
);

const debian = inject('debian');
const matrix = new Matrix();

afterAll(() => matrix.report('build/managers.json'));

describe.runIf(debian !== null).concurrent('managers', () => {
  for (const { manager, advertiser, situation } of plays) {
    const title = `${manager.name}, ${advertiser.name}: ${situation.name} → ${situation.right}`;
    test(title, { timeout: TIMEOUT_MS }, async ({ onTestFinished, onTestFailed }) => {
      const street = await Street.build(
        { debian: debian ?? '', manager, advertiser, uplinks: situation.uplinks },
        onTestFinished,
      );
      onTestFailed(() => console.log(`${title}\n${street.lab.transcript()}`));
      const where = { manager: manager.name, router: advertiser.name, situation: situation.name };
      try {
        matrix.add({ ...where, ...(await situation.play(new Scene(street))), problem: null });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        matrix.add({ ...where, seconds: null, writes: [], lines: [], problem });
        throw error;
      }
    });
  }
});
