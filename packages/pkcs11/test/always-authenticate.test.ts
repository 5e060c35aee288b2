import { type KeyOperation, publicKeyFromSpki, verifySignature } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPkcs11, type PinInfo, type Pkcs11Backend } from '../src/index.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from './softhsm.js';

const message = new TextEncoder().encode('an image');
const label = 'wants its PIN each time';
const signing: KeyOperation = { kind: 'sign', key: { label }, algorithm: 'ecdsa-sha256', input: { message } };
/** CKA_ALWAYS_AUTHENTICATE. */
const extraPrivateTemplate = [{ type: 0x202, value: true }];

describe.skipIf(!softhsmModule)(`a key with CKA_ALWAYS_AUTHENTICATE, on SoftHSM2${softhsmNeeded}`, () => {
  let backend: Pkcs11Backend;
  const asked: string[] = [];
  const { pin } = tokens.restless;
  let given: string = pin;
  beforeAll(async () => {
    const ask = async ({ purpose, keyLabel }: PinInfo) => {
      asked.push(`${purpose} ${keyLabel ?? ''}`);
      return purpose === 'context' ? given : pin;
    };
    const { label: tokenLabel } = tokens.restless;
    backend = await openPkcs11({ module: softhsm(), tokenLabel, pin: ask, pinStateFolder: false, lanes: 2 });
  });
  afterAll(async () => {
    await backend?.forgetPinFailure();
    await backend?.close();
  });

  it('is used with the PIN each time, however many use it at once', async () => {
    const { spki, pkcs11 } = await backend.createKey({ label, spec: 'ec-p256' }, { extraPrivateTemplate });
    expect(pkcs11.alwaysAuthenticate).toBe(true);
    asked.length = 0;
    const begun = await Promise.all([1, 2, 3].map(() => backend.begin(signing)));
    for (const each of begun)
      expect('done' in each && verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, each.done)).toBe(true);
    expect(asked).toEqual([1, 2, 3].map(() => `context ${label}`));
  });

  it('is not tried with a wrong PIN twice, and works again when that was put right', async () => {
    given = 'a wrong one';
    const refused = () => backend.begin(signing).catch((error: unknown) => error);
    expect(await refused()).toMatchObject({
      code: 'ERR_AUTHENTICATION',
      details: { upstreamName: 'CKR_PIN_INCORRECT', upstreamCode: 0xa0 },
    });
    asked.length = 0;
    expect(await refused()).toMatchObject({ code: 'ERR_AUTHENTICATION', details: { latched: true } });
    expect(asked).toEqual([]);
    given = pin;
    await backend.forgetPinFailure();
    expect(await backend.begin(signing)).toMatchObject({ done: expect.any(Uint8Array) });
    await backend.deleteKey({ label });
  });
});
