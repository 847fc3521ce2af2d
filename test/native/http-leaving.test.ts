import type { Completed } from 'http';
import * as http from 'http';
import * as os from 'os';
import * as std from 'std';
import { describe, expect, test } from 'vitest';
import { Client, connections, onlyOurs, optionsFor, sleep, urlOf, useClient, waitFor } from './client.ts';

const here = useClient();

describe('http: leaving', () => {
  const LEAVE_BUDGET_MS = 1000;

  async function startHanging(): Promise<number> {
    const id = here.client.start(optionsFor(urlOf('p256', '/hang')));
    await waitFor(async () => here.client.watched.size > 0);
    await sleep(50); // past the handshake
    return id;
  }

  test('http: cancel in the middle → forgotten, nothing is watched, the handle still serves', async () => {
    const id = await startHanging();
    http.cancel(here.client.multi, id);
    http.cancel(here.client.multi, id);
    http.cancel(here.client.multi, 123);
    await waitFor(async () => here.client.watched.size === 0);
    expect(http.completed(here.client.multi)).toBe(null);
    expect((await here.client.fetch(urlOf('p256', '/hello'))).body).toBe('hello');
  });

  test('http: close in the middle → nothing is watched, the server sees the end', async () => {
    await startHanging();
    const { watched } = here.client;
    here.client.close();
    expect(watched.size).toBe(0);
    here.client = new Client();
    await waitFor(async () => (await connections(here.client)).open === 1);
  });

  test.each(['cancel', 'close'] as const)('http: %s while the resolver hangs → at once', async (how) => {
    const id = here.client.start(optionsFor('https://api.test/'));
    await waitFor(async () => here.client.watched.size > 0); // the name server is asked
    const started = performance.now();
    if (how === 'cancel') http.cancel(here.client.multi, id);
    else here.client.close();
    expect(performance.now() - started).toBeLessThan(LEAVE_BUDGET_MS);
  });

  test('http: handle dropped without close → collected, the server sees the end', async () => {
    const { open } = await onlyOurs(here.client);
    (() => {
      const dropped: { multi?: http.Multi } = {};
      dropped.multi = http.open(
        () => dropped, // the callback and the handle hold each other
        () => {},
      );
      http.start(dropped.multi, optionsFor(urlOf('p256', '/hang')));
      for (let i = 0; i < 3; i++) http.act(dropped.multi, -1, 0);
    })();
    std.gc();
    await waitFor(async () => (await connections(here.client)).open === open);
  });

  // Without a cycle it ends by its reference count, another way than the collector's: the runtime's end finds what stays.
  test('http: handle that nothing refers to → ends at once, with its callbacks', () => {
    const calls: number[] = [];
    http.open(
      (fd) => calls.push(fd),
      (delayMs) => calls.push(delayMs),
    );
    expect(calls).toEqual([]);
  });
});

describe('http: misuse', () => {
  const throwsTypeError = (run: () => unknown): void => expect(run).toThrow(TypeError);

  test('http: closed handle → TypeError; closing it again → nothing', () => {
    here.client.close();
    throwsTypeError(() => http.start(here.client.multi, optionsFor('http://localhost/')));
    throwsTypeError(() => http.act(here.client.multi, -1, 0));
    throwsTypeError(() => http.completed(here.client.multi));
    throwsTypeError(() => http.cancel(here.client.multi, 1));
    http.close(here.client.multi);
  });

  test('http: something else for the handle or the callbacks → TypeError', () => {
    throwsTypeError(() => http.completed({} as http.Multi));
    throwsTypeError(() => http.close(1 as unknown as http.Multi));
    throwsTypeError(() => http.open(1 as unknown as http.OnSocket, () => {}));
  });

  test.each([
    ['null', null],
    ['no options', {}],
    ['headers null', { ...optionsFor('http://localhost/'), headers: null }],
    ['a header that cannot be text', { ...optionsFor('http://localhost/'), headers: ['A: b', Symbol('c')] }],
    ['timeout that cannot be a number', { ...optionsFor('http://localhost/'), timeoutMs: Symbol('d') }],
  ])('http: options %s → TypeError, nothing started', (_what, options) => {
    throwsTypeError(() => http.start(here.client.multi, options as http.TransferOptions));
    expect(http.completed(here.client.multi)).toBe(null);
  });

  test('http: option that throws → its exception', () => {
    const options = {
      ...optionsFor('http://localhost/'),
      get caFile(): string {
        throw new RangeError('mine');
      },
    };
    expect(() => http.start(here.client.multi, options)).toThrow(new RangeError('mine'));
  });

  test('http: calls from inside a callback → refused, the transfer goes on', async () => {
    const refused: unknown[] = [];
    const attempt = (run: () => unknown): void => {
      try {
        run();
      } catch (error) {
        refused.push((error as { code?: string }).code);
      }
    };
    let id = 0;
    const done = await new Promise<Completed>((resolve) => {
      const sockets = new Map<number, number>();
      const poll = (): void => {
        http.act(multi, -1, 0);
        for (const [fd, interest] of sockets) http.act(multi, fd, interest);
        const completed = http.completed(multi);
        if (completed === null) os.setTimeout(poll, 10);
        else resolve(completed);
      };
      const multi: http.Multi = http.open(
        (fd, interest) => {
          if (interest === 0) sockets.delete(fd);
          else sockets.set(fd, interest);
          if (refused.length > 0) return;
          attempt(() => http.act(multi, fd, 1));
          attempt(() => http.cancel(multi, id));
          attempt(() => http.start(multi, optionsFor('http://localhost/')));
          attempt(() => http.close(multi));
        },
        () => {},
      );
      id = http.start(multi, optionsFor(urlOf('plain', '/hello', 'http')));
      poll();
    });
    expect(refused).toEqual(['EINVAL', 'EINVAL', 'EINVAL', 'EINVAL']);
    expect(done.body).toBe('hello');
  });
});
