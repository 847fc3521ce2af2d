import { afterAll, beforeAll, expect, inject } from 'vitest';
import { fencesOf } from '../packaging/documents.ts';
import { A, BootedLab, booted, NAME } from './harness/lab.ts';

let lab: BootedLab;

beforeAll(async () => {
  lab = await BootedLab.open();
});
afterAll(() => lab?.close());

/** Types a line as it stands; what it asks for is the token. The state may still be "detected" when it is asked for at
 *  once, which is true, and no success. */
async function type(command: string): Promise<void> {
  const { status, stdout, stderr } = await lab.machine.try(`cd /root/clone\n${command}`, `${lab.token.value}\n`);
  if (command === 'ipv6ddns status') expect(stdout).toMatch(new RegExp(`^${NAME} +(synced|detected) .*${A}`));
  else expect([command, status, stdout + stderr]).toEqual([command, 0, expect.any(String)]);
}

booted('README: its first steps, pasted as they stand → the record is right', async () => {
  const { machine } = lab;
  await lab.beginTest();
  // Where the README was read: a clone in which "make deb" has run.
  await machine.run('mkdir -p /root/clone/build');
  await machine.copy(inject('deb'), '/root/clone/build/ipv6ddns_0_all.deb');
  const steps = fencesOf('README.md').filter(({ heading }) => heading === 'First steps');
  if (!steps.some(({ text }) => text.includes('apt install')))
    await machine.run('apt-get -qq install /root/clone/build/*.deb');
  for (const { language, text } of steps) {
    if (language === 'toml') await machine.write('/etc/ipv6ddns/config.toml', text);
    else for (const command of text.trim().split('\n')) await type(command);
  }
  await lab.says(NAME, A);
  await machine.shows('ipv6ddns status', new RegExp(`^${NAME} +synced +${A}`, 'm'));
});
