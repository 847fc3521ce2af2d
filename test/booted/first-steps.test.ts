import { afterAll, beforeAll, expect, inject } from 'vitest';
import { fencesOf } from '../packaging/documents.ts';
import { A, BootedLab, booted, NAME } from './harness/lab.ts';

let lab: BootedLab;

beforeAll(async () => {
  lab = await BootedLab.open();
});
afterAll(() => lab?.close());

booted('README: its first steps, pasted as they stand → the record is right', async () => {
  const { machine } = lab;
  await lab.beginTest();
  // Where the README was read: a clone in which "make deb" has run.
  await machine.run('mkdir -p /root/clone/build');
  await machine.copy(inject('deb'), '/root/clone/build/ipv6ddns_0_all.deb');
  const steps = fencesOf('README.md').filter(({ heading }) => heading === 'First steps');
  if (!steps.some(({ text }) => text.includes('apt install')))
    await machine.run('cd /root/clone; apt-get -qq install ./build/*.deb');
  for (const { language, text } of steps) {
    if (language === 'toml') await machine.write('/etc/ipv6ddns/config.toml', text);
    else await machine.run(`cd /root/clone\n${text}`, `${lab.token.value}\n`);
  }
  await lab.says(NAME, A);
  await machine.shows('ipv6ddns status', new RegExp(`^${NAME} +synced +${A}`, 'm'));
});
