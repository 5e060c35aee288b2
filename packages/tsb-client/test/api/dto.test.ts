import { describe, expect, it } from 'vitest';
import {
  asynchronousSignDto,
  createKeyDto,
  endpoints,
  meaningOf,
  policyDto,
  requestStatusDto,
  signedKeyAttributesDto,
  toCharArray,
  tsbErrors,
} from '../../src/api/index.js';

const sign = { signRequest: { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA' } };
const argument = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe('what is sent', () => {
  it('may not hold unknown members, at any depth', () => {
    const call = () => asynchronousSignDto.sent.parse({ signRequest: { ...sign.signRequest, policy: {} }, extra: 1 });
    expect(call).toThrow(argument);
    expect(call).toThrow(/signRequest\.policy/);
    expect(call).toThrow(/extra/);
  });

  it('names paths and never values when it is refused (S38)', () => {
    const call = () => asynchronousSignDto.sent.parse({ signRequest: { ...sign.signRequest, payload: 'sentinel!' } });
    expect(call).toThrow(/signRequest\.payload/);
    expect(call).not.toThrow(/sentinel/);
  });

  it('reads null as absent, as servers do', () => {
    const parsed = asynchronousSignDto.sent.parse({ ...sign, requestSignature: null });
    expect(JSON.stringify(parsed)).toBe(JSON.stringify(sign));
  });

  it.each([
    ['an empty password', []],
    ['an empty text', ''],
    ['two characters in one element', ['ab']],
  ])('refuses %s', (_, keyPassword) => {
    expect(() => asynchronousSignDto.sent.parse({ signRequest: { ...sign.signRequest, keyPassword } })).toThrow(argument);
  });

  it('takes a password as text too, and makes it an array', () => {
    const parsed = asynchronousSignDto.sent.parse({ signRequest: { ...sign.signRequest, keyPassword: 'pä💧' } });
    expect(parsed.signRequest.keyPassword).toEqual(['p', 'ä', '\ud83d', '\udca7']);
  });

  it('demands keyStatus in a new policy and states every rule', () => {
    expect(() => policyDto.sent.parse({ ruleUse: null })).toThrow(argument);
    expect(policyDto.sent.parse({ keyStatus: { blocked: false } })).toEqual({
      ruleUse: null,
      ruleBlock: null,
      ruleUnblock: null,
      ruleModify: null,
      keyStatus: { blocked: false },
    });
  });

  it('may hold a group without approvals, which the TSB itself answers with 401 (§4.1)', () => {
    const tokens = [{ timelock: 0, timeout: 0, groups: [{ quorum: 1, approvals: [] }] }];
    expect(policyDto.sent.parse({ ruleUse: { tokens }, keyStatus: { blocked: false } })).toMatchObject({ ruleUse: { tokens } });
  });

  it.each([59, 90, -60, 0.5])('refuses a timeout of %d seconds', (timeout) => {
    const policy = { ruleUse: { tokens: [{ timelock: 0, timeout, groups: [] }] }, keyStatus: { blocked: false } };
    expect(() => policyDto.sent.parse(policy)).toThrow(/ruleUse\.tokens\.0\.timeout/);
  });

  it('demands all three basic attributes', () => {
    expect(() => createKeyDto.sent.parse({ label: 'k', algorithm: 'RSA', keySize: 2048, attributes: { sign: true } })).toThrow(
      /attributes\.decrypt/,
    );
  });
});

describe('what is received', () => {
  it('may hold unknown members, unknown algorithms and explicit nulls', () => {
    const parsed = signedKeyAttributesDto.received.parse({
      future: true,
      xml: null,
      json: {
        label: 'k',
        algorithm: 'XMSS',
        keySize: null,
        publicKey: null,
        attributes: { sign: true, future: 1 },
        policy: null,
      },
    });
    expect(parsed.json).toMatchObject({ label: 'k', algorithm: 'XMSS', policy: null });
    expect(parsed.json.publicKey).toBeUndefined();
    expect(parsed.json.attributes.decrypt).toBeNull();
  });

  it('is ERR_PROTOCOL when a member has a wrong type', () => {
    expect(() => requestStatusDto.received.parse({ id: 7, status: 'PENDING' })).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL' }),
    );
  });

  it('cannot smuggle a path through a request id', () => {
    expect(() => requestStatusDto.received.parse({ id: '../key', status: 'PENDING' })).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL' }),
    );
  });
});

describe('the tables', () => {
  it('name every endpoint of a method and path once', () => {
    const names = Object.values(endpoints).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('give the proven statuses', () => {
    expect(tsbErrors.get(631)).toMatchObject({ status: 401, reason: 'res.error.invalid.api.key' });
    expect(tsbErrors.get(650)).toMatchObject({ status: 404, meaning: 'ERR_KEY_NOT_FOUND' });
    expect(tsbErrors.get(701)).toMatchObject({ status: 500, reason: 'res.error.in.hsm' });
  });

  it('fall back to the HTTP status for numbers they do not know', () => {
    expect(meaningOf(403, 9999)).toBe('ERR_FORBIDDEN');
    expect(meaningOf(503, undefined)).toBe('ERR_UNAVAILABLE');
  });
});

it('a password has one element per UTF-16 code unit, and none at all when there is none', () => {
  expect(toCharArray('ä💧')).toEqual(['ä', '\ud83d', '\udca7']);
  expect(toCharArray(undefined)).toBeUndefined();
  expect(() => toCharArray('')).toThrow(argument);
});
