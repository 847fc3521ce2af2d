import type { Address } from '../../src/core/address/address.ts';
import { AddressTable } from '../../src/core/address/table.ts';
import { IFA_F_PERMANENT, IFF_LOWER_UP, IFF_UP, INFINITE_LIFETIME_SEC } from '../../src/core/wire/constants.ts';

const UP = IFF_UP | IFF_LOWER_UP;

export interface Placed {
  readonly ifIndex?: number;
  /** IFA_F_ bits; by default permanent. */
  readonly flags?: number;
  /** Lifetimes; by default for ever. */
  readonly lifetimeSec?: number;
}

/** The addresses of a machine with the interfaces eth2, eth3, … as a table fed by the kernel. */
export class FakeMachine {
  readonly table = new AddressTable();
  #stamp = 100;

  /** A new address is younger than all before it. */
  add(address: Address, placed: Placed = {}): void {
    this.#stamp += 100;
    this.#tell(address, placed, false);
  }

  remove(address: Address, placed: Placed = {}): void {
    this.#tell(address, placed, true);
  }

  #tell(address: Address, { ifIndex = 2, flags, lifetimeSec }: Placed, removed: boolean): void {
    const lasting = lifetimeSec ?? INFINITE_LIFETIME_SEC;
    this.table.applyLink({ removed: false, ifIndex, ifName: `eth${ifIndex}`, altNames: [], flags: UP });
    this.table.apply(
      {
        removed,
        ifIndex,
        address,
        prefixLength: 64,
        scope: 0,
        flags: flags ?? IFA_F_PERMANENT,
        protocol: 0,
        preferredSec: lasting,
        validSec: lasting,
        createdStamp: this.#stamp,
        renewedStamp: this.#stamp,
      },
      0,
    );
  }
}
