import type { KeyObject } from 'node:crypto';
import { generateSoftwareKey } from '@securosys/core/memory';

export type SoftwareKeys = Readonly<Record<'rsa-2048' | 'ec-p256' | 'ed25519', KeyObject>>;

const made: Promise<SoftwareKeys>[] = [];

async function make(): Promise<SoftwareKeys> {
  const key = async (spec: keyof SoftwareKeys) => (await generateSoftwareKey(spec)).privateKey;
  return { 'rsa-2048': await key('rsa-2048'), 'ec-p256': await key('ec-p256'), ed25519: await key('ed25519') };
}

/** Sets of private keys, by number. Made once: an RSA key takes longer than all tests with it. */
export function softwareKeys(set = 0): Promise<SoftwareKeys> {
  made[set] ??= make();
  return made[set];
}
