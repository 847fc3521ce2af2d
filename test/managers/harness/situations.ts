import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { untilAsleep } from '../../e2e/harness/proc.ts';
import type { Outcome, Scene } from './scene.ts';

const OLD = '3ffe:1::';
const NEW = '3ffe:2::';
const SECOND_UPLINK = '3ffe:3::';

/** So long a situation is watched for what comes late. Routers of the street advertise every 3 to 4 s, dnsmasq in its
 *  first minute every 5 to 15 s. */
const RENEWALS = 2;

export interface Situation {
  readonly name: string;
  /** What has to come of it, for the test's title. */
  readonly right: string;
  readonly uplinks: number;
  play(scene: Scene): Promise<Outcome>;
}

const FIRST: Situation = {
  name: 'first address',
  right: 'one write',
  uplinks: 1,
  async play(scene) {
    await scene.startDaemon();
    await scene.street.gateway.serve(OLD);
    await scene.begin(OLD);
    await scene.manage();
    const seconds = await scene.untilRight(OLD, 60);
    await scene.street.renewals(OLD, RENEWALS);
    const outcome = await scene.end(seconds);
    expect(outcome.writes).toHaveLength(1);
    return outcome;
  },
};

const ANNOUNCED: Situation = {
  name: 'announced',
  right: 'the new prefix',
  uplinks: 1,
  async play(scene) {
    await scene.settle(OLD);
    await scene.begin(NEW);
    await scene.street.gateway.serve(NEW);
    const seconds = await scene.untilRight(NEW, 90);
    await scene.street.renewals(NEW, RENEWALS);
    return scene.end(seconds);
  },
};

const FLASH: Situation = {
  name: 'flash',
  right: 'the new prefix',
  uplinks: 1,
  async play(scene) {
    await scene.settle(OLD);
    await scene.begin(NEW);
    await scene.street.gateway.flash(NEW);
    const seconds = await scene.untilRight(NEW, 120);
    await scene.street.renewals(NEW, RENEWALS);
    return scene.end(seconds);
  },
};

const ONCE: Situation = {
  name: 'once after a flash',
  right: 'the new prefix',
  uplinks: 1,
  async play(scene) {
    const { street } = scene;
    await street.gateway.serve(OLD);
    await scene.manage();
    await street.lab.seed(await street.untilComplete(OLD));
    await street.gateway.flash(NEW);
    await street.untilUsable(NEW);
    await street.renewals(NEW, RENEWALS);
    await scene.begin(NEW);
    const once = await street.once();
    expect((await once.exit).status, once.transcript()).toBe(0);
    return scene.end(await scene.untilRight(NEW, 1));
  },
};

const DEATH: Situation = {
  name: 'router death',
  right: 'nothing changes',
  uplinks: 1,
  async play(scene) {
    await scene.settle(OLD);
    await scene.begin(OLD);
    await scene.street.gateway.die();
    await scene.street.untilNoDefaultRoute(60);
    await untilAsleep(scene.daemonPid);
    const outcome = await scene.end(await scene.untilRight(OLD, 1));
    expect(outcome).toMatchObject({ writes: [], lines: [] });
    return outcome;
  },
};

/** The cable is out for a while and in again. */
const carrierLoss = (name: string, outSec: number, check: (outcome: Outcome) => void): Situation => ({
  name,
  right: 'no false write',
  uplinks: 1,
  async play(scene) {
    const { gateway } = scene.street;
    await scene.settle(OLD);
    await scene.begin(OLD);
    await gateway.plug('down');
    await sleep(outSec * 1000); // that long it is out
    await gateway.plug('up');
    await scene.street.untilComplete(OLD);
    await scene.street.renewals(OLD, RENEWALS);
    const outcome = await scene.end(await scene.untilRight(OLD, 10));
    check(outcome);
    return outcome;
  },
});

/** A blip is nothing to speak of. Some managers make ten seconds without an address of it on a busy machine: that is
 *  said, and that it is over. */
function expectQuiet({ lines }: Outcome): void {
  const lastedSec = Number(/ an address to publish again, after (\d+) s$/.exec(lines[1] ?? '')?.[1] ?? 0);
  expect(lines).toHaveLength(lastedSec >= 10 ? 2 : 0);
}

const FLAP = carrierLoss('3 s without carrier', 3, expectQuiet);
const CUT = carrierLoss('15 s without carrier', 15, ({ lines }) => {
  expect(lines.filter((line) => / warning /.test(line)).length).toBeLessThanOrEqual(1);
});

/** Both uplinks are there, and the first one is in use. */
async function settleBoth(scene: Scene): Promise<void> {
  const [, second] = scene.street.gateways;
  await second?.serve(SECOND_UPLINK);
  await scene.settle(OLD);
  await scene.street.untilComplete(SECOND_UPLINK);
}

const FAIL_OVER: Situation = {
  name: 'fail-over',
  right: 'the other uplink',
  uplinks: 2,
  async play(scene) {
    await settleBoth(scene);
    await scene.begin(SECOND_UPLINK);
    await scene.street.gateway.plug('down');
    return scene.end(await scene.untilRight(SECOND_UPLINK, 30));
  },
};

const FAIL_BACK: Situation = {
  name: 'fail-back',
  right: 'the first uplink again',
  uplinks: 2,
  async play(scene) {
    await settleBoth(scene);
    scene.now(SECOND_UPLINK);
    await scene.street.gateway.plug('down');
    await scene.untilRight(SECOND_UPLINK, 30);
    await scene.begin(OLD);
    await scene.street.gateway.plug('up');
    return scene.end(await scene.untilRight(OLD, 60));
  },
};

const MANAGER_RESTART: Situation = {
  name: 'restart of the manager',
  right: 'no false write, quiet',
  uplinks: 1,
  async play(scene) {
    await scene.settle(OLD);
    await scene.begin(OLD);
    await scene.restartManager();
    await scene.street.untilComplete(OLD);
    await scene.street.renewals(OLD, RENEWALS);
    const outcome = await scene.end(await scene.untilRight(OLD, 30));
    expectQuiet(outcome);
    return outcome;
  },
};

const DAEMON_RESTART: Situation = {
  name: 'restart of the daemon',
  right: 'nothing is written',
  uplinks: 1,
  async play(scene) {
    await scene.settle(OLD);
    await scene.begin(OLD);
    await scene.restartDaemon();
    await scene.street.renewals(OLD, RENEWALS);
    const outcome = await scene.end(await scene.untilRight(OLD, 1));
    expect(outcome.writes).toEqual([]);
    return outcome;
  },
};

export const SITUATIONS = {
  FIRST,
  ANNOUNCED,
  FLASH,
  ONCE,
  DEATH,
  FLAP,
  CUT,
  FAIL_OVER,
  FAIL_BACK,
  MANAGER_RESTART,
  DAEMON_RESTART,
};
