import type { Certificate } from '@securosys/pki';
import type { DctKey } from '../model/keys.js';

const commonName = '2.5.4.3';
/** How much too early a certificate may be used, in milliseconds: clocks differ. */
const earlyMs = 24 * 3_600_000;

/** Whether the name in a root certificate covers a repository: the name itself, or a prefix and `*`. */
function covers(name: string, gun: string): boolean {
  return name.endsWith('*') ? gun.startsWith(name.slice(0, -1)) : name === gun;
}

/** The only common name of a certificate. */
function nameOf(certificate: Certificate): string | undefined {
  const names = certificate.subject.flat().filter(({ oid }) => oid === commonName);
  return names.length === 1 ? names[0]?.value : undefined;
}

/**
 * Why a key cannot be a root key of this repository (`dct.md` §6.2, §9, 1): it needs one leaf certificate, first, with the name of the
 * repository, valid now, under no broken hash; `undefined` when it can.
 * @param now milliseconds since 1970; absent: whether it has expired is not asked
 */
export function rootKeyFault(key: DctKey, gun: string, now: number | undefined): string | undefined {
  const [leaf, ...others] = key.certificates;
  if (!leaf) return 'it has no certificate';
  if (leaf.basicConstraints?.ca === true) return 'its certificate is that of a CA';
  if (others.some(({ basicConstraints }) => basicConstraints?.ca !== true)) return 'it has two leaf certificates';
  const name = nameOf(leaf);
  if (name === undefined || !covers(name, gun)) return 'its certificate is for another repository';
  if (leaf.signatureAlgorithm === undefined) return 'its certificate is signed with an algorithm that is not taken';
  if (now === undefined) return undefined;
  if (now < leaf.notBefore - earlyMs) return 'its certificate is not valid yet';
  return now > leaf.notAfter ? 'its certificate has expired' : undefined;
}
