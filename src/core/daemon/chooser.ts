import type { Address } from '../address/address.ts';
import { equallyGood, select } from '../address/select.ts';
import type { IfAddr } from '../address/table.ts';

/** How long an older address has to wait after a loss: a replacement usually follows 1.6 s behind, and links flap. */
export const GRACE_MS = 3000;

/** What has been chosen, and what is being waited for. */
export interface Choice {
  /** The address to publish; null = none was eligible yet. It stays chosen after its loss until another replaces it. */
  readonly current: Readonly<Pick<IfAddr, 'address' | 'ifIndex' | 'createdStamp' | 'uplink'>> | null;
  /** After a loss: which addresses were there and are passed over for now, and until when; `untilMs` null = none was. */
  readonly grace: Readonly<{ untilMs: number | null; passedOver: ReadonlySet<Address> }> | null;
}

export const nothingChosen: Choice = { current: null, grace: null };

/** Decides what to publish after the eligible addresses changed, or when `grace` is over.
 *
 *  A gain is taken at once: there was nothing, or something better became eligible. A loss is followed at once by an
 *  address younger than the lost one, its successor, and by an older one after GRACE_MS. When only the default route is
 *  gone and no other took its place, that is a loss, too: it flaps with its link, and comes back after the address.
 *  With nothing eligible the choice stays as it is.
 *  @param nowMs CLOCK_BOOTTIME */
export function choose(choice: Choice, eligible: readonly IfAddr[], nowMs: number): Choice {
  const { current, grace } = choice;
  const selection = select(eligible, { published: current?.address ?? null });
  // Nothing is passed over: whatever comes next is a gain.
  if (selection === null) return { current, grace: current && { untilMs: null, passedOver: new Set() } };
  const taken: Choice = { current: selection.winner, grace: null };
  if (current === null) return taken;
  const survivor = eligible.find((row) => row.address === current.address);
  if (survivor === undefined) {
    const younger = eligible.filter((row) => isYounger(row.createdStamp, current.createdStamp));
    if (younger.length > 0) return { current: successor(younger, eligible) ?? selection.winner, grace: null };
  } else if (selection.winner.address === current.address) {
    // Made again by the kernel, or on another interface, the same address has another age.
    return taken;
  } else if (!current.uplink || eligible.some((row) => row.uplink)) return taken;
  if (grace === null) {
    return { current, grace: { untilMs: nowMs + GRACE_MS, passedOver: new Set(eligible.map((row) => row.address)) } };
  }
  const newcomer = eligible.some((row) => row !== survivor && !grace.passedOver.has(row.address));
  return newcomer || (grace.untilMs !== null && nowMs >= grace.untilMs) ? taken : choice;
}

/** The best of the younger ones; null = an older one outranks them all. */
function successor(younger: readonly IfAddr[], eligible: readonly IfAddr[]): IfAddr | null {
  const best = equallyGood(eligible);
  const candidates = younger.filter(({ address }) => best.includes(address));
  return select(candidates, { published: null })?.winner ?? null;
}

/** Takes the address that the record turned out to say, one of the `equallyGood`, over the one chosen blindly.
 *  @param isSaid whether the record says it; several may fit one that says a prefix only */
export function adopt(choice: Choice, eligible: readonly IfAddr[], isSaid: (address: Address) => boolean): Choice {
  if (choice.current !== null && isSaid(choice.current.address)) return choice;
  const row = eligible.find(({ address }) => isSaid(address));
  return row === undefined ? choice : { current: row, grace: null };
}

/** Stamps are 32-bit counters that wrap after 497 days. Unknown ages are never younger. */
const isYounger = (stamp: number | null, than: number | null): boolean =>
  stamp !== null && than !== null && ((stamp - than) | 0) > 0;
