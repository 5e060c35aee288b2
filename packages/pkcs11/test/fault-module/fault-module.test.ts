import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addonPath, failureOf, nativeOn, run } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';
import { buildFaultModule, canBuildFaultModule, type FaultModule, faultModuleNeeded, openFaultModule } from './fault-module.js';

const needed = softhsmNeeded || faultModuleNeeded;

describe.skipIf(!softhsmModule || !addonPath || !canBuildFaultModule)(`the module that makes trouble ${needed}`, () => {
  let fault: FaultModule;
  const native = () => nativeOn(fault.path);
  beforeAll(() => {
    fault = buildFaultModule(softhsm());
  });
  afterAll(() => fault.remove());

  it('hands on what it is asked, and counts', () => {
    const p11 = native();
    run(p11, { op: 'initialize' });
    fault.reset();
    expect(run(p11, { op: 'libraryInfo' }).manufacturer).toBe('SoftHSM');
    expect(run(p11, { op: 'slots' }).tokens.some(({ label }) => label === tokens.main.label)).toBe(true);
    expect(fault.calls('C_GetInfo')).toBe(1);
    expect(fault.calls('C_GetTokenInfo')).toBeGreaterThan(4);
    expect(fault.calls('C_Sign')).toBe(0);
  });

  it('fails the calls that it is told to fail, before or after the other module has done its part', () => {
    const p11 = native();
    fault.reset();
    fault.fail('C_GetInfo', { code: 0x30, skip: 1, times: 2 });
    const codes = [1, 2, 3, 4].map(() => {
      try {
        p11.p11.C_GetInfo();
        return 0;
      } catch (error) {
        return (error as { code: number }).code;
      }
    });
    expect(codes).toEqual([0, 0x30, 0x30, 0]);
    expect(fault.failed('C_GetInfo')).toBe(2);
    const slot = run(p11, { op: 'slots' }).tokens[0]?.slotId ?? new Uint8Array();
    const before = run(p11, { op: 'openSession', slot, readWrite: false });
    fault.fail('C_CloseSession', { code: 0x05, after: true });
    const handle = p11.sessions.get(before)?.handle ?? Buffer.alloc(0);
    expect(() => p11.p11.C_CloseSession(handle)).toThrow();
    expect(failureOf(p11, { op: 'sessionInfo', session: before }).code).toBe(0xb3);
  });

  it('takes its time', () => {
    const { p11 } = native();
    fault.reset();
    fault.delay('C_GetInfo', 5);
    const since = performance.now();
    p11.C_GetInfo();
    expect(performance.now() - since).toBeGreaterThanOrEqual(5);
  });

  it('keeps a call until it is released, by whatever process, and sees another one on its session', async () => {
    const { p11 } = native();
    fault.reset();
    const slot = p11.C_GetSlotList(true)[0] ?? Buffer.alloc(0);
    const session = p11.C_OpenSession(slot, 4);
    p11.C_DigestInit(session, { mechanism: 0x250 });
    fault.hang('C_Digest');
    let back = false;
    const running = p11.C_DigestAsync(session, Buffer.from('abc'), Buffer.alloc(32)).then(() => {
      back = true;
    });
    while (fault.hanging('C_Digest') === 0) await new Promise(setImmediate);
    expect([fault.metOnSession, fault.mostRunning, back]).toEqual([0, 1, false]);
    p11.C_GetSessionInfo(session);
    expect([fault.metOnSession, fault.mostRunning, back]).toEqual([1, 2, false]);
    openFaultModule(fault.path).release('C_Digest');
    await running;
    p11.C_CloseSession(session);
    expect(fault.metOnSession).toBe(1);
  });

  it('one wrong PIN is one call', () => {
    const p11 = native();
    fault.reset();
    const slot =
      run(p11, { op: 'slots' }).tokens.find(({ label }) => label === tokens.untouched.label)?.slotId ?? new Uint8Array();
    const session = run(p11, { op: 'openSession', slot, readWrite: true });
    const failure = failureOf(p11, { op: 'login', session, pin: 'wrong' });
    expect(failure).toEqual({ code: 0xa0, name: 'CKR_PIN_INCORRECT', method: 'C_Login' });
    expect(fault.calls('C_Login')).toBe(1);
    run(p11, { op: 'closeSession', session });
  });
});
