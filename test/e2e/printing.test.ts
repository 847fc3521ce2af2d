/** What comes from outside gives a terminal no orders, wherever it is printed. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';
import { bundle, EXECUTABLE } from './harness/programs.ts';
import { serviceManager } from './harness/service-manager.ts';

const A = '3ffe:1::a';

/** Clears a screen, sets a title, does the same in one character, turns the direction around. */
const ORDERS = '\u001b[2J\u001b]0;x\u0007\u009b2J\u202e';
const AS_PRINTED = '?[2J?]0;x??2J?';

const ORDER = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Everything that the process has printed, and none of it an order. */
function printed(process: Process): string {
  for (const { text } of process.lines) expect(text).not.toMatch(ORDER);
  return process.lines.map(({ text }) => text).join('\n');
}

/** A server in place of the API.
 *  @returns its URL */
async function answering(lab: Lab, reply: string): Promise<string> {
  const script = await bundle('test/e2e/harness/stranger.ts', lab.folder);
  const bytes = Buffer.from(reply.replaceAll('\n', '\r\n')).toString('base64');
  const server = lab.launch(lab.host, [process.execPath, script, bytes], {});
  const { text } = await server.line(/^listening \d+$/);
  return `http://[::1]:${text.split(' ')[1]}`;
}

const REFUSAL = JSON.stringify({ success: false, errors: [{ code: 1004, message: `no${ORDERS}` }] });
const PORTAL = `HTTP/1.1 302 Found\nlocation: http://portal/${ORDERS}\ncf-ray: ${ORDERS}\nconnection: close\n\n`;
const REPLIES = [
  ['a header', PORTAL],
  ['a page', `HTTP/1.1 403 Forbidden\nconnection: close\n\n<p>no${ORDERS}</p>`],
  ['a message', `HTTP/1.1 400 Bad\nconnection: close\n\n${REFUSAL}`],
] as const;

for (const [where, reply] of REPLIES) {
  test(`log, check, status, STATUS=: orders for the terminal in ${where} → printed as question marks`, async () => {
    const lab = await openLab();
    const { manager, environment } = await serviceManager(lab);
    await lab.add(A);
    const own = { ...environment, CLOUDFLARE_BASE_URL: await answering(lab, reply) };
    const daemon = await lab.daemon({ environment: own });
    await daemon.line(/Next try in|next try/);
    await manager.line(/^STATUS=.*home\.example\.com: error/);
    for (const parameters of [['status'], ['status', '--json'], ['check'], ['check', '--json']]) {
      const command = await lab.run(parameters, { environment: own });
      await command.exit;
      expect(printed(command)).not.toBe('');
    }
    expect(printed(daemon)).toContain(AS_PRINTED);
    expect(printed(manager)).toContain('STATUS=');
    const json = await lab.run(['once', '--log-format', 'json'], { environment: own });
    await json.exit;
    printed(json);
    expect(json.stderr.map((line) => JSON.parse(line).msg).join('\n')).toContain(ORDERS);
  });
}

test('addresses: orders for the terminal in the name of an interface → none in the table, the name itself in JSON', async () => {
  const lab = await openLab();
  const name = 'a\u001b[2Jb';
  await lab.host.run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'far0');
  await lab.host.run('ip', 'link', 'set', name, 'up');
  await lab.host.run('ip', 'addr', 'add', `${A}/64`, 'dev', name, 'nodad');
  const table = await lab.run(['addresses']);
  await table.exit;
  expect(printed(table)).toContain('a?[2Jb');
  const document = await lab.run(['addresses', '--json']);
  await document.exit;
  printed(document);
  const { addresses } = JSON.parse(document.stdout.join(''));
  expect(addresses.map((line: { interface: string }) => line.interface)).toContain(name);
});

test('notify.exec: orders for the terminal in what a command prints → printed as question marks', async () => {
  const lab = await openLab();
  const program = join(lab.folder, 'tell');
  await writeFile(program, `#!/bin/sh\nprintf '${ORDERS}'\n`);
  await chmod(program, 0o755);
  await lab.add(A);
  const config = `[notify]\nexec = ["${program}"]\n`;
  const daemon = await lab.daemon({ config, parameters: ['--verbose'] });
  await daemon.line(/ printed: /);
  expect(printed(daemon)).toContain(AS_PRINTED);
});

describe('executable: orders for the terminal in what it is started with', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
  });
  afterAll(() => lab.close());

  test.each<
    [what: string, parameters: readonly string[], config: string, environment: Readonly<Record<string, string>>]
  >([
    ['a command', [`x${ORDERS}`], '', {}],
    ['an option', [`--x${ORDERS}`], '', {}],
    ['the value of an option', ['once', `--log-format=x${ORDERS}`], '', {}],
    ['an operand', ['once', `x${ORDERS}`], '', {}],
    ['a key', ['once'], '"x\\u001b[2J\\u009b" = 1\n', {}],
    ['the value of a key', ['once'], 'multi_record = "x\\u001b[2J\\u009b"\n', {}],
    ['a variable', ['once'], '', { CLOUDFLARE_MULTI_RECORD: `x${ORDERS}` }],
    ['the name of an interface that is not there', ['once'], 'interface = "x\\u001b[2J\\u009b"\n', {}],
    ['the place of a file', ['status'], '', { IPV6DDNS_STATUS_FILE: `/x${ORDERS}` }],
  ])(
    'executable: orders for the terminal in %s → none of them printed',
    async (_what, parameters, config, environment) => {
      const process = await lab.run(parameters, { config, environment });
      await process.exit;
      expect(printed(process)).toContain('x');
    },
  );

  test('executable: orders for the terminal in the name of a file → printed as question marks', async () => {
    const process = lab.start([EXECUTABLE, 'once', '-c', `/x${ORDERS}`]);
    await process.exit;
    expect(printed(process)).toContain(`/x${AS_PRINTED}: cannot be read`);
  });
});
