import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { connectPkcs11 } from '../src/index.js';
import { loadPkcs11, type Pkcs11Package } from '../src/load-pkcs11.js';

/** As the two module systems of Node say it. */
const missing = {
  esm: [
    'ERR_MODULE_NOT_FOUND',
    "Cannot find package '@securosys/pkcs11' imported from /app/node_modules/@securosys/sign/dist/index.js",
  ],
  cjs: [
    'MODULE_NOT_FOUND',
    "Cannot find module '@securosys/pkcs11'\nRequire stack:\n- /app/node_modules/@securosys/sign/dist/index.cjs",
  ],
  other: [
    'ERR_MODULE_NOT_FOUND',
    "Cannot find package 'something-else' imported from /app/node_modules/@securosys/pkcs11/dist/index.js",
  ],
} as const;
const failing = (kind: keyof typeof missing) => (): Promise<Pkcs11Package> => {
  const [code, message] = missing[kind];
  return Promise.reject(Object.assign(new Error(message), { code }));
};

describe('connectPkcs11', () => {
  it.each(['esm', 'cjs'] as const)('without its package says what to install (%s)', async (kind) => {
    const error = await loadPkcs11(failing(kind)).catch((e: unknown) => e);
    expect(SignError.is(error) && [error.code, error.message]).toEqual([
      'ERR_CAPABILITY_MISSING',
      expect.stringContaining('npm install @securosys/pkcs11 pkcs11js'),
    ]);
  });

  it('does not call the package missing when something else is', async () => {
    await expect(loadPkcs11(failing('other'))).rejects.toThrow(/something-else/);
  });

  it('hands its options on, and what is wrong with them is said before anything native is loaded', async () => {
    await expect(connectPkcs11({ module: 'lib.so', tokenLabel: 't' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(connectPkcs11({ modul: '/lib.so' } as never)).rejects.toThrow(/unknown option 'modul'/);
  });
});
