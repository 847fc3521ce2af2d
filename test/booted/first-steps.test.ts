import { afterAll, beforeAll, expect, inject } from 'vitest';
import { Terminal } from '../e2e/harness/terminal.ts';
import { fencesOf } from '../packaging/documents.ts';
import { A, BootedLab, booted, NAME } from './harness/lab.ts';

let lab: BootedLab;

beforeAll(async () => {
  lab = await BootedLab.open();
});
afterAll(() => lab?.close());

/** Types a line as it stands, and answers what it asks. */
async function type(line: string, token: string): Promise<string> {
  const terminal = new Terminal((command) => lab.machine.command(command), `cd /root/clone\n${line}`, {});
  try {
    if (line.includes(' setup ')) {
      await terminal.answer('API token (not shown', token);
      await terminal.answer('Name to keep right', NAME);
      await terminal.answer('Write that? [Y/n] ', '');
      await terminal.answer('Start the service now', '');
    }
    const status = await terminal.exit;
    // The record may still be on its way when the state is asked for at once: true, and no success yet.
    if (line !== 'ipv6ddns status') expect([line, status, terminal.screen]).toEqual([line, 0, expect.any(String)]);
    return `$ ${line}\n${terminal.screen}`;
  } finally {
    await terminal.kill();
  }
}

booted('README: its first steps, pasted as they stand → the record is right, the state true at once', async () => {
  const { machine } = lab;
  await lab.beginTest();
  // Where the README was read: a clone in which "make deb" has run.
  await machine.run('mkdir -p /root/clone/build');
  await machine.copy(inject('deb'), '/root/clone/build/ipv6ddns_0_all.deb');
  const token = (await lab.api.addToken()).value;
  const lines = fencesOf('README.md')
    .filter(({ heading, language }) => heading === 'First steps' && language === 'sh')
    .flatMap(({ text }) => text.trim().split('\n'));
  let transcript = '';
  for (const line of lines) transcript += await type(line, token);
  console.log(transcript);
  expect(transcript).toMatch(new RegExp(`\n${NAME} +(synced|detected) .*${A}`));
  expect(transcript).not.toContain(token);
  await lab.says(NAME, A);
  await machine.shows('ipv6ddns status', new RegExp(`^${NAME} +synced +${A}`, 'm'));
});
