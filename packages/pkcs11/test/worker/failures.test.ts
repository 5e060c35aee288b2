import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CKA, CKO } from '../../src/cryptoki/attributes.js';
import { CKM } from '../../src/cryptoki/mechanisms.js';
import { returnValueName, returnValues } from '../../src/cryptoki/return-values.js';
import { type Native, returnValueOf } from '../../src/worker/native.js';
import type { Command, Failure } from '../../src/worker/wire.js';
import { buildFaultModule, canBuildFaultModule, type FaultModule, faultModuleNeeded } from '../fault-module/fault-module.js';
import { addonPath, failureOf, nativeOn, run } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';

const possible = softhsmModule && addonPath && canBuildFaultModule;

describe('return values in what pkcs11js throws', () => {
  it('are found in both of its shapes, and never 0 for a failure of the module', () => {
    expect(returnValueOf(Object.assign(new Error('CKR_PIN_LOCKED'), { code: 0xa4 }))).toBe(0xa4);
    expect(returnValueOf(new Error('CKR_TEMPLATE_INCOMPLETE:208'))).toBe(0xd0);
    expect(returnValueOf(new Error('CKR_VENDOR_DEFINED:2147483672'))).toBe(0x80000018);
    expect(returnValueOf(new Error('CKR_VENDOR_DEFINED:18446744073709551615'))).toBe(0xffffffff);
    expect(returnValueOf(Object.assign(new Error('x'), { code: 2 ** 40 }))).toBe(0xffffffff);
  });

  it('are none in errors of the addon itself', () => {
    expect(returnValueOf(new TypeError('Argument 0 has wrong type'))).toBe(0);
    expect(returnValueOf(Object.assign(new Error('dlopen'), { code: 0 }))).toBe(0);
    expect(returnValueOf('CKR_PIN_LOCKED:164')).toBe(0);
  });
});

describe.skipIf(!possible)(`a session after a failure ${softhsmNeeded || faultModuleNeeded}`, () => {
  let fault: FaultModule;
  let native: Native;
  /** Keeps the login when others are replaced or lost. */
  let anchor: number;
  let own: number;
  let key: Uint8Array;
  beforeAll(() => {
    fault = buildFaultModule(softhsm());
    native = nativeOn(fault.path);
    run(native, { op: 'initialize' });
    const slot =
      run(native, { op: 'slots' }).tokens.find(({ label }) => label === tokens.second.label)?.slotId ?? new Uint8Array();
    anchor = run(native, { op: 'openSession', slot, readWrite: true });
    own = run(native, { op: 'openSession', slot, readWrite: true });
    run(native, { op: 'login', session: anchor, pin: tokens.second.pin });
    key = run(native, {
      op: 'generateKeyPair',
      session: anchor,
      mechanism: { type: CKM.EC_KEY_PAIR_GEN },
      publicTemplate: [{ type: CKA.EC_PARAMS, value: Buffer.from('06082a8648ce3d030107', 'hex') }],
      privateTemplate: [{ type: CKA.SIGN, value: true }],
    }).privateKey;
  });
  afterEach(() => fault.reset());
  afterAll(() => {
    if (native) for (const session of [anchor, own]) run(native, { op: 'closeSession', session });
    fault?.remove();
  });

  const sign = (session = own): Command & { op: 'sign' } => ({
    op: 'sign',
    session,
    key,
    mechanism: { type: CKM.ECDSA },
    data: new Uint8Array(32),
    bytes: 64,
  });
  const expectReplaced = (failure: Failure, code: number, method: string): void => {
    expect(failure).toEqual({ code, name: returnValueName(code), method, session: 'replaced' });
    expect(run(native, sign())).toHaveLength(64);
  };

  it('is another one, whatever C_Sign returned, and goes on signing', () => {
    for (const code of [...Object.values(returnValues), 0x80000018, 0xffffffff, 0x7777]) {
      if (code === returnValues.CKR_OK) continue;
      fault.fail('C_Sign', { code });
      expectReplaced(failureOf(native, sign()), code, 'C_Sign');
    }
  });

  it('is the same after a refusal by C_SignInit, unless that says that the session is gone', () => {
    for (const code of [0x30, 0x60, 0x70, 0x71, 0x101, 0x140]) {
      fault.fail('C_SignInit', { code });
      expect(failureOf(native, sign())).toEqual({ code, name: returnValueName(code), method: 'C_SignInit' });
    }
    for (const code of [0xb0, 0xb3]) {
      fault.fail('C_SignInit', { code });
      expectReplaced(failureOf(native, sign()), code, 'C_SignInit');
    }
  });

  it('an operation that was left active is overcome by itself, once', () => {
    fault.fail('C_SignInit', { code: 0x90 });
    expect(run(native, sign())).toHaveLength(64);
    expect([fault.calls('C_SignInit'), fault.calls('C_OpenSession'), fault.calls('C_CloseSession')]).toEqual([2, 1, 1]);
    fault.fail('C_SignInit', { code: 0x90, times: 2 });
    expectReplaced(failureOf(native, sign()), 0x90, 'C_SignInit');
  });

  it('is another one after a search that broke, or could not be ended', () => {
    const find: Command = { op: 'find', session: own, template: [{ type: CKA.CLASS, value: CKO.PRIVATE_KEY }], read: [], max: 9 };
    for (const name of ['C_FindObjects', 'C_FindObjectsFinal'] as const) {
      fault.fail(name, { code: 0x30 });
      expectReplaced(failureOf(native, find), 0x30, name);
    }
    expect(run(native, find).objects).toHaveLength(1);
  });

  it('is another one when the second PIN of a key is refused, which is asked for once', () => {
    fault.fail('C_Login', { code: 0xa0 });
    expectReplaced(failureOf(native, { ...sign(), contextPin: 'wrong' }), 0xa0, 'C_Login');
    expect([fault.calls('C_Login'), fault.calls('C_Sign')]).toEqual([1, 1]);
  });

  it('is opened where there was no room for one more, after the old one was closed', () => {
    fault.fail('C_Sign', { code: 0x30 });
    fault.fail('C_OpenSession', { code: 0xb1 });
    expectReplaced(failureOf(native, sign()), 0x30, 'C_Sign');
  });

  it('is lost when none can be opened, and the next command calls nothing but opens one', () => {
    const slot = run(native, { op: 'sessionInfo', session: own }).slot;
    const lost = run(native, { op: 'openSession', slot, readWrite: false });
    fault.fail('C_Sign', { code: 0x32 });
    fault.fail('C_OpenSession', { code: 0xe0, times: Number.POSITIVE_INFINITY });
    expect(failureOf(native, sign(lost))).toEqual({
      code: 0x32,
      name: 'CKR_DEVICE_REMOVED',
      method: 'C_Sign',
      session: 'lost',
      reopen: 0xe0,
    });
    fault.reset();
    expect(failureOf(native, { op: 'sessionInfo', session: lost })).toMatchObject({ code: 0xb3, session: 'replaced' });
    expect([fault.calls('C_GetSessionInfo'), fault.calls('C_OpenSession')]).toEqual([0, 1]);
    run(native, { op: 'closeSession', session: lost });
  });

  it('a slot that cannot be asked does not hide the others, and why it could not is told beside them', () => {
    const all = run(native, { op: 'slots' });
    expect(all).not.toHaveProperty('unreadable');
    for (const code of [0x03, 0x30, 0x32, 0xe0, 0xe1]) {
      fault.fail('C_GetTokenInfo', { code });
      const { tokens: read, unreadable } = run(native, { op: 'slots' });
      expect(read).toHaveLength(all.tokens.length - 1);
      expect(unreadable).toEqual({ code, name: returnValueName(code), method: 'C_GetTokenInfo' });
    }
    fault.fail('C_GetTokenInfo', { code: 0x190 });
    expect(failureOf(native, { op: 'slots' })).toMatchObject({ code: 0x190, method: 'C_GetTokenInfo' });
  });

  it('an object that is deleted between the search and the reading is not found', () => {
    const template = [
      { type: CKA.CLASS, value: 0 },
      { type: CKA.LABEL, value: Buffer.from('short-lived') },
    ];
    run(native, { op: 'createObject', session: own, template });
    vi.spyOn(native.p11, 'C_GetAttributeValue').mockImplementationOnce((session, object, types) => {
      native.p11.C_DestroyObject(session, object);
      return native.p11.C_GetAttributeValue(session, object, types);
    });
    const find: Command = { op: 'find', session: own, template, read: [CKA.LABEL], max: 9 };
    expect(run(native, find)).toEqual({ objects: [], more: false });
  });

  it('an object that is there is not missing because it was unknown once; twice is a failure with its return value', () => {
    const find: Command & { op: 'find' } = {
      op: 'find',
      session: own,
      template: [{ type: CKA.CLASS, value: CKO.PRIVATE_KEY }],
      read: [CKA.CLASS],
      max: 9,
    };
    fault.fail('C_GetAttributeValue', { code: 0x82 });
    expect(run(native, find).objects).toHaveLength(1);
    fault.fail('C_GetAttributeValue', { code: 0x82, times: 2 });
    expect(failureOf(native, find)).toEqual({ code: 0x82, name: 'CKR_OBJECT_HANDLE_INVALID', method: 'C_GetAttributeValue' });
  });

  it('the same is true of an object that is read after the search', () => {
    const template = [{ type: CKA.CLASS, value: CKO.PRIVATE_KEY }];
    const rest: Command = { op: 'findRest', session: own, template, objects: [key], read: [CKA.ID] };
    fault.fail('C_GetAttributeValue', { code: 0x82 });
    expect(run(native, rest)).toMatchObject([{ handle: key }]);
    fault.fail('C_GetAttributeValue', { code: 0x82, times: 2 });
    expect(failureOf(native, rest)).toEqual({ code: 0x82, name: 'CKR_OBJECT_HANDLE_INVALID', method: 'C_GetAttributeValue' });
  });

  it('attributes that an object does not have are asked for by themselves the next time', () => {
    const read: Command = { op: 'read', session: own, object: key, read: [CKA.CLASS, CKA.ID, CKA.MODULUS, CKA.LABEL] };
    run(native, read);
    fault.reset();
    const attributes = run(native, read) as ReadonlyMap<number, Uint8Array>;
    expect([...attributes.keys()]).toEqual([CKA.CLASS, CKA.ID, CKA.LABEL]);
    // Twice for each that succeeds, because pkcs11js asks for lengths first.
    expect(fault.calls('C_GetAttributeValue')).toBe(2 + 2 + 1);
  });
});
