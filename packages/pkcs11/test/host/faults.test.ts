import { SignError } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { returnValueName, returnValues } from '../../src/cryptoki/return-values.js';
import type { Token } from '../../src/host/token-options.js';
import { fastClock } from '../fast-clock.js';
import { buildFaultModule, canBuildFaultModule, type FaultModule, faultModuleNeeded } from '../fault-module/fault-module.js';
import { addonPath } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';
import { makeKey, open, type TestKey } from './real.js';

const needed = softhsmNeeded || faultModuleNeeded;
const { label, pin } = tokens.restless;
/** One of each row of the error map, and two that the standard does not name; all that have a name when there is time. */
const rows = [
  0x02, 0x03, 0x05, 0x06, 0x10, 0x11, 0x20, 0x30, 0x32, 0x40, 0x50, 0x60, 0x68, 0x70, 0x82, 0x90, 0x91, 0xa0, 0xb0, 0xb1, 0xb3,
];
const more = [0xb5, 0xd0, 0xe0, 0x100, 0x101, 0x104, 0x150, 0x190, 0x200, 0x201, 0x80000018, 0x7777];
const failures: readonly number[] = process.env.SLOW
  ? [...new Set([...Object.values(returnValues), ...more])].filter(Boolean)
  : [...rows, ...more];

/** The signature, checked, or the error, checked to be one of ours. */
async function outcome(key: TestKey, call: () => Promise<unknown> = () => key.sign()): Promise<'signed' | SignError> {
  try {
    const value = await call();
    if (value instanceof Uint8Array) expect(key.verifies(value)).toBe(true);
    return 'signed';
  } catch (error) {
    expect(SignError.is(error), String(error)).toBe(true);
    return error as SignError;
  }
}

describe.skipIf(!softhsmModule || !addonPath || !canBuildFaultModule)(`a token whose module makes trouble ${needed}`, () => {
  let fault: FaultModule;
  let token: Token;
  let key: TestKey;
  beforeAll(async () => {
    fault = buildFaultModule(softhsm());
    token = await open(fault.path, label, pin, {
      lanes: 2,
      clock: fastClock(200),
      random: () => 0.5,
      reconnectTimeoutMs: 60_000,
      operationTimeoutMs: 4_000_000,
      keepAliveMs: 0,
    });
    key = await makeKey(token, 'of trouble');
  });
  afterAll(async () => {
    await token?.close();
    fault?.remove();
  });

  it.each(['C_SignInit', 'C_Sign', 'C_FindObjectsInit', 'C_FindObjects', 'C_OpenSession', 'C_Login'] as const)(
    'every return value at %s gives a signature that verifies or an error of ours, and then all is well',
    async (name) => {
      for (const code of failures) {
        const ckr = returnValueName(code);
        fault.reset();
        fault.fail(name, { code });
        // Lets the key be looked up, or the token be opened and logged in, anew.
        if (name.startsWith('C_Find')) fault.fail('C_SignInit', { code: returnValues.CKR_KEY_HANDLE_INVALID });
        if (name === 'C_OpenSession' || name === 'C_Login')
          fault.fail('C_SignInit', { code: returnValues.CKR_TOKEN_NOT_PRESENT });
        await outcome(key);
        expect(fault.failed(name), ckr).toBe(1);
        fault.reset();
        expect(await outcome(key), ckr).toBe('signed');
        expect(token.metrics(), ckr).toMatchObject({ queued: 0, running: 0, lostLanes: 0 });
        expect(fault.metOnSession).toBe(0);
      }
    },
    60_000,
  );

  it.each([
    ['CKR_SESSION_HANDLE_INVALID', 'signed'],
    ['CKR_SESSION_CLOSED', 'signed'],
    ['CKR_USER_NOT_LOGGED_IN', 'signed'],
    ['CKR_OBJECT_HANDLE_INVALID', 'signed'],
    ['CKR_OPERATION_ACTIVE', 'signed'],
    ['CKR_BUFFER_TOO_SMALL', 'signed'],
    ['CKR_DEVICE_ERROR', 'signed'],
    ['CKR_DEVICE_REMOVED', 'signed'],
    ['CKR_TOKEN_NOT_PRESENT', 'signed'],
    ['CKR_CRYPTOKI_NOT_INITIALIZED', 'signed'],
    ['CKR_SESSION_COUNT', 'signed'],
    ['CKR_MECHANISM_INVALID', 'ERR_ALGORITHM_UNSUPPORTED'],
    ['CKR_KEY_FUNCTION_NOT_PERMITTED', 'ERR_KEY_NOT_USABLE'],
    ['CKR_PIN_EXPIRED', 'ERR_AUTHENTICATION'],
  ] as const)('%s once at C_SignInit: %s', async (ckr, expected) => {
    fault.reset();
    fault.fail('C_SignInit', { code: returnValues[ckr] });
    const result = await outcome(key);
    expect(result === 'signed' ? result : result.code).toBe(expected);
    if (result !== 'signed')
      expect(result.details).toMatchObject({ upstreamName: ckr, upstreamCode: returnValues[ckr], operation: 'sign' });
  });

  it.each([
    ['C_SignInit', 'CKR_DEVICE_ERROR', 'ERR_UNAVAILABLE'],
    ['C_Sign', 'CKR_FUNCTION_FAILED', 'ERR_UNAVAILABLE'],
    ['C_SignInit', 'CKR_KEY_HANDLE_INVALID', 'ERR_KEY_NOT_FOUND'],
    ['C_SignInit', 'CKR_USER_NOT_LOGGED_IN', 'ERR_AUTHENTICATION'],
    ['C_SignInit', 'CKR_CRYPTOKI_NOT_INITIALIZED', 'ERR_UNAVAILABLE'],
    ['C_SignInit', 'CKR_TOKEN_NOT_PRESENT', 'ERR_UNAVAILABLE'],
    ['C_SignInit', 'CKR_HOST_MEMORY', 'ERR_UNAVAILABLE'],
  ] as const)('%s that always returns %s: %s, soon, and well again when the module is', async (name, ckr, expected) => {
    fault.reset();
    fault.fail(name, { code: returnValues[ckr], times: Number.POSITIVE_INFINITY });
    const results = await Promise.all(Array.from({ length: 20 }, () => outcome(key)));
    for (const result of results) expect(result === 'signed' ? result : result.code).toBe(expected);
    fault.reset();
    expect(await outcome(key)).toBe('signed');
    expect(token.metrics()).toMatchObject({ queued: 0, running: 0, lostLanes: 0 });
  });

  it('a token that is gone is looked for until the deadline, told once, and found when it is back', async () => {
    fault.reset();
    const events: string[] = [];
    const stop = (['reconnecting', 'reconnected', 'unhealthy'] as const).map((name) => token.on(name, () => events.push(name)));
    for (const [name, ckr] of [
      ['C_SignInit', 'CKR_DEVICE_REMOVED'] as const,
      ['C_OpenSession', 'CKR_TOKEN_NOT_PRESENT'] as const,
    ])
      fault.fail(name, { code: returnValues[ckr], times: Number.POSITIVE_INFINITY });
    const gone = await Promise.all(Array.from({ length: 20 }, () => outcome(key)));
    expect(new Set(gone.map((result) => (result === 'signed' ? result : result.details.upstreamName)))).toEqual(
      new Set(['CKR_TOKEN_NOT_PRESENT']),
    );
    expect(events.slice(0, 2)).toEqual(['reconnecting', 'unhealthy']);
    fault.reset();
    expect(await outcome(key)).toBe('signed');
    events.length = 0;
    fault.fail('C_SignInit', { code: returnValues.CKR_DEVICE_REMOVED });
    fault.fail('C_OpenSession', { code: returnValues.CKR_TOKEN_NOT_PRESENT, times: 2 });
    expect(await outcome(key)).toBe('signed');
    expect(events).toEqual(['reconnecting', 'reconnected']);
    for (const each of stop) each();
  });

  it('a generation that may have happened is told as such, with the id of the key, and not repeated', async () => {
    fault.reset();
    fault.fail('C_GenerateKeyPair', { code: returnValues.CKR_DEVICE_ERROR, after: true });
    const result = await outcome(key, () => makeKey(token, 'perhaps'));
    expect(result).toMatchObject({
      code: 'ERR_OUTCOME_UNKNOWN',
      details: { upstreamName: 'CKR_DEVICE_ERROR', ckaId: Buffer.from('id of perhaps').toString('hex') },
    });
    expect(fault.calls('C_GenerateKeyPair')).toBe(1);
    fault.reset();
    fault.fail('C_GenerateKeyPair', { code: returnValues.CKR_SESSION_HANDLE_INVALID });
    expect(await outcome(key, () => makeKey(token, 'surely'))).toBe('signed');
    expect(fault.calls('C_GenerateKeyPair')).toBe(2);
  });

  it('a lane that hangs is given up, another one takes its place, and the late answer harms nobody', async () => {
    fault.reset();
    const lost: number[] = [];
    const stop = token.on('laneLost', (event) => lost.push(event.lost));
    const other = await open(fault.path, label, pin, {
      lanes: 2,
      clock: fastClock(200),
      operationTimeoutMs: 100_000,
      keepAliveMs: 0,
    });
    const slow = other.on('laneLost', (event) => lost.push(event.lost));
    const [found] = await other.find(
      [
        { type: 3, value: new TextEncoder().encode('of trouble') },
        { type: 0, value: 3 },
      ],
      [],
    );
    fault.hang('C_Sign');
    const data = new Uint8Array(32);
    const results = await Promise.allSettled([other.sign(found!.handle, { type: 0x1041 }, data, 64)]);
    expect(results[0]).toMatchObject({ reason: { code: 'ERR_TIMEOUT' } });
    expect(lost).toEqual([1]);
    fault.release('C_Sign');
    expect(await other.sign(found!.handle, { type: 0x1041 }, data, 64)).toHaveLength(64);
    await expect.poll(() => other.metrics().lostLanes).toBe(0);
    stop();
    slow();
    await other.close();
  });
});
