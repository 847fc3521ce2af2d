import type { HookSettings } from '../core/config/settings.ts';
import type { Hook } from '../core/notify/message.ts';
import type { ConnectionSettings, HookClient, HttpOutcome } from '../core/ports.ts';
import { ANY_ROUTE, Transfers } from './transfers.ts';

/** Sends notifications, with their URL, over connections of their own. */
export class CurlHookClient implements HookClient {
  readonly #transfers: Transfers;
  #inFlight = 0;

  constructor(settings: ConnectionSettings, userAgent: string) {
    this.#transfers = new Transfers(settings, userAgent);
  }

  send({ good, bad }: HookSettings, hook: Hook, done: (outcome: HttpOutcome) => void): void {
    const { method, body, contentType } = hook;
    const request = {
      method,
      url: (hook.bad ? bad : good).reveal() + hook.suffix,
      headers: contentType === null ? [] : [`Content-Type: ${contentType}`],
      body,
    };
    this.#inFlight += 1;
    this.#transfers.start(request, ANY_ROUTE, ({ outcome }) => {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#transfers.closeConnections();
      done(outcome);
    });
  }

  configure(settings: ConnectionSettings): void {
    this.#transfers.configure(settings);
  }
}
