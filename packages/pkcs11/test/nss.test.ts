import { describe, expect, it } from 'vitest';
import { CKM } from '../src/cryptoki/mechanisms.js';
import { addonPath, nativeOn, run } from './native.js';
import { createNssDatabase, nssModule, nssNeeded } from './nss.js';

describe.skipIf(!nssModule || !addonPath)(`commands on the softoken of NSS ${nssNeeded}`, () => {
  it('open the database that the parameters name: to their last character, quotes and backslashes and all', () => {
    const { module, label, parameters, pin, remove } = createNssDatabase('nss-pin', "it's a \\ path-");
    const native = nativeOn(module);
    expect(run(native, { op: 'initialize', parameters })).toEqual({ owned: true });
    const slot = run(native, { op: 'slots' }).tokens.find((token) => token.label === label)?.slotId ?? new Uint8Array();
    const session = run(native, { op: 'openSession', slot, readWrite: true });
    const login = run(native, { op: 'login', session, pin });
    const mechanisms = run(native, { op: 'mechanisms', slot });
    run(native, { op: 'closeSession', session });
    run(native, { op: 'finalize' });
    remove();
    expect(login).toBe('done');
    expect(mechanisms.has(CKM.AES_KEY_WRAP_KWP)).toBe(true);
  });
});
