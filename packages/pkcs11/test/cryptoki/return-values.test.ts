import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { returnValueName, returnValues } from '../../src/cryptoki/return-values.js';
import { addonPath } from '../native.js';

/** What pkcs11js does not name: two of 2.40 and those that came with 3.0. */
const unnamed = {
  CKR_ACTION_PROHIBITED: 0x1b,
  CKR_CURVE_NOT_SUPPORTED: 0x140,
  CKR_AEAD_DECRYPT_FAILED: 0x42,
  CKR_TOKEN_RESOURCE_EXCEEDED: 0x201,
  CKR_OPERATION_CANCEL_FAILED: 0x202,
  CKR_KEY_EXHAUSTED: 0x203,
};

describe('names of return values', () => {
  it.skipIf(!addonPath)('are all of those that pkcs11js knows, and the newer ones', () => {
    const headers = createRequire(import.meta.url)(addonPath ?? '') as Record<string, unknown>;
    const older = Object.entries(headers).filter(([name]) => /^CKR_/.test(name) && name !== 'CKR_VENDOR_DEFINED');
    expect(older.length).toBeGreaterThan(80);
    expect(returnValues).toEqual({ ...Object.fromEntries(older), ...unnamed });
  });

  it('are found by number, and what nobody named says so', () => {
    for (const [name, value] of Object.entries(returnValues)) expect(returnValueName(value)).toBe(name);
    expect(returnValueName(0x80000018)).toBe('CKR_VENDOR_DEFINED');
    expect(returnValueName(0xffffffff)).toBe('CKR_VENDOR_DEFINED');
    expect(returnValueName(0x7777)).toBe('CKR_UNKNOWN');
  });
});
