import { SignError } from '@securosys/core';

/** The package behind `connectPkcs11`, when somebody asks for it. */
export type Pkcs11Package = typeof import('@securosys/pkcs11');

const name = '@securosys/pkcs11';

/** Whether it is the package itself that is missing, and not something that it needs. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(error.code)) && error.message.includes(`'${name}'`);
}

/**
 * Loads the package for PKCS#11, which is installed by who has such keys only.
 * @throws SignError `ERR_CAPABILITY_MISSING` where it is not installed
 */
export async function loadPkcs11(load: () => Promise<Pkcs11Package> = () => import('@securosys/pkcs11')): Promise<Pkcs11Package> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    const message = 'keys on PKCS#11 tokens need two packages that are not installed: npm install @securosys/pkcs11 pkcs11js';
    throw new SignError('ERR_CAPABILITY_MISSING', message, { cause });
  }
}
