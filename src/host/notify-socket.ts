import * as system from 'system';
import type { ServiceManagerSocket } from '../core/ports.ts';
import { failed, ok } from '../core/result.ts';
import { messageOf } from './errors.ts';

export class NotifySocket implements ServiceManagerSocket {
  readonly #address: string;

  /** @param address path of a Unix datagram socket; `@name` = abstract */
  constructor(address: string) {
    this.#address = address;
  }

  send(message: string): ReturnType<ServiceManagerSocket['send']> {
    try {
      system.notify(this.#address, message);
      return ok(null);
    } catch (error) {
      return failed(messageOf(error));
    }
  }

  monotonicMs(): number {
    return system.monotonicMs();
  }
}
