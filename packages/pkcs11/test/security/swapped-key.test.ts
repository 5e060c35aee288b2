import { type KeyOperation, publicKeyFromSpki, verifySignature } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { openPkcs11 } from '../../src/index.js';
import { makeKey, open } from '../host/real.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';

const message = new TextEncoder().encode('an image');

describe.skipIf(!softhsmModule)(`a key that is swapped, on SoftHSM2${softhsmNeeded}`, () => {
  it('made anew under the same label and id signs nothing for whoever knew the one before (S7)', async () => {
    const { label, pin } = tokens.second;
    const backend = await openPkcs11({ module: softhsm(), tokenLabel: label, pin, pinStateFolder: false });
    const other = await open(softhsm(), label, pin);
    const before = await makeKey(other, 'swapped');
    const { ref, spki } = await backend.describeKey({ label: 'swapped' });
    const sign = (key = ref): KeyOperation => ({ kind: 'sign', key, algorithm: 'ecdsa-sha256', input: { message } });
    const begun = await backend.begin(sign());
    expect('done' in begun && verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, begun.done)).toBe(true);
    await other.destroyObject(before.handle);
    await other.destroyObject(before.publicHandle);
    await makeKey(other, 'swapped');
    for (let i = 0; i < 2; i++) await expect(backend.begin(sign())).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
    await other.close();
    await backend.close();
  });
});
