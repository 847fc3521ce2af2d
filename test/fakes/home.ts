import { Routes } from '../../src/core/address/routes.ts';
import { IFA_F_PERMANENT, IFF_LOWER_UP, IFF_UP, INFINITE_LIFETIME_SEC } from '../../src/core/wire/constants.ts';
import { FakeCloudflare } from './cloudflare.ts';
import { DrivenPublisher } from './driven-publisher.ts';
import { defaultRoute } from './routes.ts';
import { HOME, record, recordSettings, ZONE } from './samples.ts';
import { type Row, tell, tellLink } from './told-table.ts';

/** A machine with the link e0 (number 2), which has the default route, and others; its record says what it is told. */
export class Home {
  readonly cloudflare = new FakeCloudflare();
  driven: DrivenPublisher;

  constructor() {
    this.cloudflare.addZone(ZONE, 'example.com');
    this.driven = new DrivenPublisher(this.cloudflare, [recordSettings(HOME)]);
    this.link(2);
    this.routes(defaultRoute(2));
  }

  get table() {
    return this.driven.machine.table;
  }

  get says(): (string | null)[] {
    return this.cloudflare.contentsOf(HOME);
  }

  link(ifIndex: number, flags = IFF_UP | IFF_LOWER_UP): void {
    tellLink(this.table, ifIndex, `e${ifIndex - 2}`, flags);
  }

  routes(...routes: readonly ReturnType<typeof defaultRoute>[]): void {
    this.table.routes = new Routes(routes, []);
  }

  /** An address of e0, by default one that a router's advertisement made, as the kernel makes it. */
  add(text: string, own: Partial<Row> = {}): void {
    tell(this.table, this.#row(text, own), false, this.driven.nowMs / 1000);
  }

  remove(text: string, own: Partial<Row> = {}): void {
    tell(this.table, this.#row(text, own), true, this.driven.nowMs / 1000);
  }

  /** Made at `createdStamp`, then renewed at each of the stamps. */
  renew(text: string, createdStamp: number, ...stamps: readonly number[]): void {
    for (const renewedStamp of stamps) this.add(text, { createdStamp, renewedStamp });
  }

  addStatic(text: string, ifIndex: number, createdStamp = 1): void {
    const lifetimeSec = INFINITE_LIFETIME_SEC;
    this.add(text, {
      ifIndex,
      flags: IFA_F_PERMANENT,
      protocol: 0,
      lifetimeSec,
      createdStamp,
      renewedStamp: createdStamp,
    });
  }

  /** The daemon looks, and everything it asks is answered. */
  look(): void {
    this.driven.look();
    this.driven.answerAll();
  }

  /** The first look, with a record that says that already. */
  start(said: string | null): void {
    if (said !== null) this.cloudflare.put(HOME, record('r1', said as never));
    this.look();
    this.cloudflare.requests.length = 0;
  }

  #row(text: string, own: Partial<Row>): Row {
    const usual = { ifIndex: 2, flags: 0x100, protocol: 2, scope: 0, lifetimeSec: 12 * 3600 };
    return { ...usual, text, createdStamp: 100, renewedStamp: own.createdStamp ?? 100, ...own };
  }
}
