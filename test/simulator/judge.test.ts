import { beforeAll, describe, expect, test } from 'vitest';
import { type Judge, loadJudge } from '../schemas/judge.ts';

const ID = '0123456789abcdef0123456789abcdef';
const RECORDS = `/zones/${ID}/dns_records`;

let judge: Judge;
beforeAll(() => {
  judge = loadJudge();
});

describe('judge of requests', () => {
  const create = { type: 'AAAA', name: 'home.example.com', content: '3ffe::1', ttl: 1, proxied: false };

  test('judge: creation with all that is required → nothing to say', () => {
    expect(judge.request({ method: 'POST', path: RECORDS }, [], create)).toEqual([]);
  });

  test.each([
    ['ttl as text', { ...create, ttl: '1' }, /CreateBody\/ttl/],
    ['no name', { ...create, name: undefined }, /required property 'name'/],
    ['an attribute that the API does not know', { ...create, address: '3ffe::1' }, /"additionalProperty":"address"/],
    ['another type', { ...create, type: 'A' }, /CreateBody\/type/],
  ])('judge: creation with %s → told', (_what, body, fault) => {
    const { name, ...rest } = body;
    const sent = name === undefined ? rest : body;
    expect(judge.request({ method: 'POST', path: RECORDS }, [], sent).join('\n')).toMatch(fault);
  });

  test('judge: change of the content alone → nothing to say: PATCH keeps what it does not name', () => {
    expect(judge.request({ method: 'PATCH', path: `${RECORDS}/${ID}` }, [], { content: '3ffe::1' })).toEqual([]);
  });

  test('judge: batch whose patch has no id → told', () => {
    const call = { method: 'POST', path: `${RECORDS}/batch` };
    expect(judge.request(call, [], { patches: [{ content: '3ffe::1' }] }).join()).toMatch(/required property 'id'/);
  });

  test('judge: lookup of a zone by its name → nothing to say', () => {
    const query: [string, string][] = [
      ['name', 'ends_with:example.com'],
      ['per_page', '50'],
    ];
    expect(judge.request({ method: 'GET', path: '/zones' }, query, null)).toEqual([]);
  });

  test('judge: list with a parameter that the API does not know → told, filters with an operator are known', () => {
    const query: [string, string][] = [
      ['type', 'AAAA'],
      ['name.exact', 'home.example.com'],
      ['size', '100'],
    ];
    expect(judge.request({ method: 'GET', path: RECORDS }, query, null)).toEqual([
      `GET ${RECORDS}: no such parameter: size`,
    ]);
  });

  test('judge: a body for what takes none, and a call that does not exist → told', () => {
    expect(judge.request({ method: 'DELETE', path: `${RECORDS}/${ID}` }, [], {})).toHaveLength(1);
    expect(judge.request({ method: 'PUT', path: `${RECORDS}/${ID}` }, [], create)).toHaveLength(1);
    expect(judge.request({ method: 'GET', path: '/user/tokens' }, [], null)).toHaveLength(1);
  });
});

describe('judge of replies', () => {
  const list = { method: 'GET', path: RECORDS };
  const info = { page: 1, per_page: 100, count: 0, total_count: 0, total_pages: 0 };
  const envelope = { success: true, errors: [], messages: [] };

  test('judge: empty page of a list → nothing to say', () => {
    expect(judge.reply(list, 200, { ...envelope, result: [], result_info: info })).toEqual([]);
  });

  test('judge: page without result_info, or with a record without ttl → told', () => {
    expect(judge.reply(list, 200, { ...envelope, result: [] }).join()).toMatch(/required property 'result_info'/);
    const record = { id: ID, type: 'AAAA', name: 'home.example.com', content: '3ffe::1', proxiable: true, meta: {} };
    const dated = { ...record, created_on: '2026-01-01T00:00:00Z', modified_on: '2026-01-01T00:00:00Z' };
    const faults = judge.reply(list, 200, { ...envelope, result: [dated], result_info: { ...info, count: 1 } });
    expect(faults.join('\n')).toMatch(/RecordPage\/result\/0: must have required property 'ttl'/);
  });

  test('judge: failure in the envelope, or outside of it as some services do → nothing to say; of another shape → told', () => {
    const failure = { success: false, errors: [{ code: 10000, message: 'Forbidden' }], messages: [], result: null };
    expect(judge.reply(list, 403, failure)).toEqual([]);
    expect(judge.reply(list, 405, { code: 1001, error: 'method_not_allowed' })).toEqual([]);
    expect(judge.reply(list, 403, { ...failure, errors: [{ code: '10000', message: 'Forbidden' }] })).not.toEqual([]);
  });
});
