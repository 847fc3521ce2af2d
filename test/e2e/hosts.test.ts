import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { NAME } from './harness/lab.ts';
import { openLab } from './harness/open.ts';

/** This machine, and two others of its network, of one the MAC address is known. */
const CONFIG = `
[[record]]
name = "${NAME}"

[[record]]
name = "nas.example.com"
host_id = "::1:2"

[[record]]
name = "printer.example.com"
host_id = "00:11:22:33:44:55"
comment = "of the MAC address"
`;

const NAS = 'nas.example.com';
const PRINTER = 'printer.example.com';

/** Resolves when each name's record is that. */
async function say(lab: Lab, records: Readonly<Record<string, string>>): Promise<void> {
  const looks = Object.entries(records).map(([name, own]) => lab.api.untilContents(lab.zone.id, name, [own]));
  await Promise.all(looks);
}

const start = (lab: Lab, config = CONFIG) => lab.daemon({ config, environment: { CLOUDFLARE_RECORD_NAME: undefined } });

test('host_id: a new prefix → every name follows, in one request', async () => {
  const lab = await openLab();
  await lab.add('3ffe:1::a');
  await start(lab);
  await say(lab, { [NAME]: '3ffe:1::a', [NAS]: '3ffe:1::1:2', [PRINTER]: '3ffe:1::211:22ff:fe33:4455' });
  const { length } = await lab.api.requests();
  await lab.add('3ffe:2::b');
  await lab.remove('3ffe:1::a');
  await say(lab, { [NAME]: '3ffe:2::b', [NAS]: '3ffe:2::1:2', [PRINTER]: '3ffe:2::211:22ff:fe33:4455' });
  const requests = await lab.api.requests(length);
  expect(requests.map(({ method, path }) => `${method} ${path.replace(/.*\/dns_records/, '')}`)).toEqual([
    'POST /batch',
  ]);
  const printer = (await lab.api.records(lab.zone.id)).find(({ name }) => name === PRINTER);
  expect(printer?.comment).toBe('of the MAC address');
});

test('host_id: another address of the same prefix → this machine’s name alone is written', async () => {
  const lab = await openLab();
  await lab.add('3ffe:1::a');
  await start(lab);
  await say(lab, { [NAME]: '3ffe:1::a', [NAS]: '3ffe:1::1:2', [PRINTER]: '3ffe:1::211:22ff:fe33:4455' });
  const { length } = await lab.api.requests();
  await lab.add('3ffe:1::b');
  await lab.remove('3ffe:1::a');
  await lab.says('3ffe:1::b');
  expect(await lab.sent(length)).toEqual(['PATCH 3ffe:1::b']);
});

test('host_id: a prefix_length of 56 → the subnet is the host’s own', async () => {
  const lab = await openLab();
  const config = `[[record]]\nname = "${NAS}"\nhost_id = "0:0:0:7::1"\nprefix_length = 56\n`;
  await lab.add('3ffe:1:0:1234::a');
  await start(lab, config);
  await say(lab, { [NAS]: '3ffe:1:0:1207::1' });
});

test('host_id: names on different interfaces → each has its interface’s prefix', async () => {
  const lab = await openLab();
  await lab.host.link('wan1', lab.router, 'lan1');
  await lab.add('3ffe:1::a');
  await lab.add('3ffe:2::a', 'nodad', 'wan1');
  const config = `[[record]]\nname = "${NAME}"\ninterface = "wan0"\n
    [[record]]\nname = "${NAS}"\ninterface = "wan1"\nhost_id = "::7"\n`;
  await start(lab, config);
  await say(lab, { [NAME]: '3ffe:1::a', [NAS]: '3ffe:2::7' });
});
