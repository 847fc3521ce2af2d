import { beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/core/config/secret.ts';
import type { Level } from '../../../src/core/daemon/notices.ts';
import { Log, type LogFormat } from '../../../src/shell/log.ts';
import { FakeClock, FakeOutput } from '../../fakes/ports.ts';

const TOKEN = 'Abcdefghij0123456789_-klmnopqrstuvwxyz12';
const LEVELS: readonly Level[] = ['error', 'warning', 'notice', 'info', 'debug'];

let output: FakeOutput;

beforeEach(() => {
  output = new FakeOutput();
});

function logging(format: LogFormat, verbose = false): Log {
  const log = new Log(output, new FakeClock(), format);
  log.configure(verbose, new Secret(TOKEN));
  return log;
}

describe('Log', () => {
  test('Log: text → time, level, message', () => {
    const log = logging('text', true);
    for (const level of LEVELS) log.write(level, 'something happened');
    expect(output.err).toEqual(LEVELS.map((level) => `2026-01-02T03:04:05.000Z ${level} something happened`));
    expect(output.out).toEqual([]);
  });

  test('Log: journal → the priority of syslog(3) in front, no time', () => {
    const log = logging('journal', true);
    for (const level of LEVELS) log.write(level, 'something happened');
    expect(output.err).toEqual([3, 4, 5, 6, 7].map((priority) => `<${priority}>something happened`));
  });

  test('Log: JSON → time, level, msg, then the fields', () => {
    logging('json').entry({
      level: 'info',
      msg: 'synced',
      fields: { name: 'home.example.com', failures: 0, error: null },
    });
    expect(output.err).toEqual([
      '{"time":"2026-01-02T03:04:05.000Z","level":"info","msg":"synced","name":"home.example.com","failures":0,"error":null}',
    ]);
  });

  test('Log: a very long line → cut where nobody reads on', () => {
    logging('journal').write('info', `it is ${'long '.repeat(10_000)}`);
    const [line = ''] = output.err;
    expect(line).toMatch(/^<6>it is (long )+…$/);
    expect(line.length).toBeLessThan(4_100);
  });

  test('Log: a very long word with a secret where it is cut → the beginning of it, nothing of the secret', () => {
    const log = logging('journal');
    log.configure(false, new Secret('s3cret'));
    for (let before = 3_990; before <= 4_000; before++) log.write('info', `${'w'.repeat(before)}s3cretwww`);
    const isGood = (line: string) => line.startsWith(`<6>${'w'.repeat(3_990)}`) && !line.includes('s3');
    expect(output.err.filter((line) => !isGood(line))).toEqual([]);
  });

  test('Log: JSON with characters that are not printable → escaped, a secret with them hidden', () => {
    const log = new Log(output, new FakeClock(), 'json');
    log.configure(false, new Secret('u\u007f:p\u009b@x'));
    log.write('info', 'proxy u\u007f:p\u009b@x, \u202e');
    expect(output.err[0]).toMatch(/"msg":"proxy \[hidden\], \\u202e"/);
  });

  test('Log: its reader did not keep up for two lines → said before the next line, once', () => {
    const log = logging('journal');
    output.stalled = true;
    for (const msg of ['one', 'two']) log.write('info', msg);
    output.stalled = false;
    for (const msg of ['three', 'four']) log.write('info', msg);
    expect(output.err).toEqual(['<4>2 lines of the log lost: its reader did not keep up', '<6>three', '<6>four']);
  });

  test.each<[boolean, number]>([
    [false, 0],
    [true, 1],
  ])('Log: verbose %j → %d debug lines', (verbose, lines) => {
    logging('text', verbose).write('debug', 'detail');
    expect(output.err).toHaveLength(lines);
  });

  test('Log: not configured yet → everything but debug is written', () => {
    const log = new Log(output, new FakeClock(), 'journal');
    for (const level of LEVELS) log.write(level, 'early');
    expect(output.err).toEqual([3, 4, 5, 6].map((priority) => `<${priority}>early`));
  });

  test.each<LogFormat>(['text', 'journal', 'json'])('Log: %s, a message of several lines → one line', (format) => {
    logging(format).write('error', 'first\nsecond\r\n\nthird', { detail: 'one\ntwo' });
    expect(output.err).toHaveLength(1);
    expect(output.err[0]).toContain('first second third');
    expect(output.err[0]).not.toMatch(/[\r\n]/);
  });

  test.each<LogFormat>(['text', 'journal', 'json'])('Log: %s, the token anywhere in the line → hidden', (format) => {
    const log = logging(format, true);
    log.write('error', `the server said "${TOKEN}" and again ${TOKEN}`, { detail: `x${TOKEN}y` });
    log.write('debug', TOKEN);
    const text = output.err.join('\n');
    expect(text).not.toContain(TOKEN);
    expect(text).toContain('the server said');
    expect(output.err).toHaveLength(2);
  });

  test('Log: JSON, a secret with characters that JSON escapes → hidden', () => {
    const log = logging('json');
    const odd = 'abcdefghij"klmno\\pqr';
    log.configure(false, new Secret(odd));
    log.write('error', `the server said ${odd}`, { detail: odd });
    expect(JSON.parse(output.err[0] ?? '')).toMatchObject({ msg: 'the server said [hidden]', detail: '[hidden]' });
  });

  test('Log: a new token after a reload → hidden', () => {
    const log = logging('text');
    const next = 'cfut_0123456789abcdef0123456789abcdef01234567';
    log.configure(false, new Secret(next));
    log.write('error', `the server said ${next}`);
    expect(output.err).toEqual(['2026-01-02T03:04:05.000Z error the server said [hidden]']);
  });
});
