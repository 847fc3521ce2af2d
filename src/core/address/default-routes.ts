/** One way of an IPv6 default route. */
export interface DefaultRoute {
  readonly ifIndex: number;
  /** RTA_PRIORITY: the lower the better. */
  readonly metric: number;
  /** The router's address as comparable text; '' = none, a point-to-point link. */
  readonly gateway: string;
}

/** The IPv6 default routes of the main table: a handful on any machine. */
export class DefaultRoutes {
  readonly #routes = new Map<string, DefaultRoute>();
  #uplinks: ReadonlySet<number> = new Set();

  /** Whether the interface holds a default route with the lowest metric. */
  isUplink(ifIndex: number): boolean {
    return this.#uplinks.has(ifIndex);
  }

  /** @returns whether the set of uplinks changed, as in all that follow */
  add(routes: readonly DefaultRoute[]): boolean {
    for (const route of routes) this.#routes.set(keyOf(route), route);
    return this.#rank();
  }

  remove(routes: readonly DefaultRoute[]): boolean {
    for (const route of routes) this.#routes.delete(keyOf(route));
    return this.#rank();
  }

  /** Routes that took the place of all with their metric. */
  replace(routes: readonly DefaultRoute[]): boolean {
    const metrics = new Set(routes.map(({ metric }) => metric));
    for (const [key, { metric }] of this.#routes) if (metrics.has(metric)) this.#routes.delete(key);
    return this.add(routes);
  }

  #rank(): boolean {
    const routes = [...this.#routes.values()];
    const lowest = Math.min(...routes.map(({ metric }) => metric));
    const uplinks = new Set(routes.filter(({ metric }) => metric === lowest).map(({ ifIndex }) => ifIndex));
    const changed = uplinks.size !== this.#uplinks.size || [...uplinks].some((ifIndex) => !this.#uplinks.has(ifIndex));
    this.#uplinks = uplinks;
    return changed;
  }
}

const keyOf = ({ ifIndex, metric, gateway }: DefaultRoute): string => `${ifIndex}/${metric}/${gateway}`;
