import { describe, expect, test } from 'vitest';
import { connections, onlyOurs, setup, useClient, waitFor } from './client.ts';

/** Addresses of the loopback (run.mjs), and one that nobody has. */
const OWN = '3ffe:5::5';
const FOREIGN = '3ffe:5::6';

/** CURLcodes, <curl/curl.h>. */
const CURLE_COULDNT_CONNECT = 7;
const CURLE_INTERFACE_FAILED = 45;

const here = useClient();

const peer = (): string => `http://[::1]:${setup.ports['plain6']}/peer`;

describe('http: from an address', () => {
  test('http: from an own address → the server sees it; without → as the kernel chooses', async () => {
    expect(await here.client.fetch(peer(), { from: OWN, newConnection: true })).toMatchObject({ code: 0, body: OWN });
    expect((await here.client.fetch(peer(), { newConnection: true })).body).toBe('::1');
  });

  test.each([
    ['one that this machine does not have', FOREIGN],
    ['what is no address', 'x'.repeat(300)],
  ])('http: from %s → refused, nothing sent', async (_, from) => {
    const ended = await here.client.fetch(peer(), { from, newConnection: true });
    expect(ended).toMatchObject({ code: CURLE_INTERFACE_FAILED, sentBytes: 0 });
  });

  test('http: from an address, to a server without IPv6 → no connection', async () => {
    const ended = await here.client.fetch(`http://127.0.0.1:${setup.ports['plain']}/peer`, { from: OWN, family: 6 });
    expect(ended).toMatchObject({ code: CURLE_COULDNT_CONNECT, sentBytes: 0 });
  });
});

describe('http: connect only', () => {
  test('http: connected → no status, nothing sent, and closed at once', async () => {
    const { open, opened } = await onlyOurs(here.client);
    const ended = await here.client.fetch(peer(), { from: OWN, connectOnly: true, newConnection: true });
    expect(ended).toMatchObject({ code: 0, status: 0, body: '', sentBytes: 0, remoteAddress: '::1' });
    await waitFor(async () => (await connections(here.client)).open === open);
    expect((await connections(here.client)).opened).toBe(opened + 1);
  });

  test('http: nobody listens → refused', async () => {
    const ended = await here.client.fetch('http://[::1]:9/', { from: OWN, connectOnly: true, newConnection: true });
    expect(ended.code).toBe(CURLE_COULDNT_CONNECT);
  });
});
