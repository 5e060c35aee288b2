import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Clock, cryptoParameters, knownOptions, ownBytes, type Prepared, spkiOf } from '@securosys/core';
import type { Material } from './store/material.js';

/** What to certify. */
export interface IssueOptions {
  /** SubjectPublicKeyInfo DER of the key that gets the certificate. */
  readonly spki: Uint8Array;
  /** RFC 4514 text, most specific part first: `CN=release,O=Example,ST=Zurich,C=CH`. The mark of the emulator is added to it. */
  readonly subject: string;
  /** `leaf` (default) signs images, `ca` issues certificates, `timestamping` signs timestamps. */
  readonly profile?: 'leaf' | 'ca' | 'timestamping';
  /** Days, from five minutes ago on. Default 365. */
  readonly validDays?: number;
}

/** A CA that trusts nobody's word and whose word nobody should trust: a fresh root per instance or data folder (threat model S34). */
export interface CertificateAuthority {
  /** The root, DER; made when first asked for, the same ever after. */
  root(): Promise<Uint8Array>;
  /**
   * A certificate by the root, DER. It carries `serialNumber=EMULATED` in its subject and the policy 2.999.101.109.117.
   * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`
   */
  issue(options: IssueOptions): Promise<Uint8Array>;
}

const day = 86_400_000;
/** Other machines' clocks may be a little behind. */
const skew = 300_000;
const rootDays = 3650;

/** What was prepared, signed with a software key. */
export function signed(prepared: Prepared<Uint8Array>, key: KeyObject): Uint8Array {
  const signatures = prepared.parts.map(({ id, algorithm, input }) => {
    const { hash, parameters } = cryptoParameters(algorithm);
    return [id, ownBytes(sign(hash, input.message, { key, ...parameters }))] as const;
  });
  return prepared.assemble(Object.fromEntries(signatures));
}

/** Nothing is made or loaded before the first call. */
export function createCertificateAuthority(clock: Clock, material: Material): CertificateAuthority {
  let made: Promise<{ key: KeyObject; root: Uint8Array }> | undefined;

  const validity = (days: number) => {
    const notBefore = clock.now() - skew;
    return { notBefore, notAfter: notBefore + days * day };
  };

  async function make(): Promise<{ key: KeyObject; root: Uint8Array }> {
    const key = material.key('certificate authority', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const kept = material.read('certificate authority root');
    if (kept) return { key, root: kept };
    const { prepareCertificate } = await import('@securosys/pki');
    const prepared = await prepareCertificate({
      subject: 'CN=Emulated TSB root,O=Never trust this,ST=Nowhere,C=CH',
      key: { spki: spkiOf(key) },
      validity: validity(rootDays),
      profile: 'ca',
      emulated: true,
    });
    const root = signed(prepared, key);
    material.keep('certificate authority root', root);
    return { key, root };
  }

  const state = () => {
    made ??= make();
    return made;
  };

  return {
    async root() {
      return ownBytes((await state()).root);
    },
    async issue(options) {
      knownOptions('issue', options, ['spki', 'subject', 'profile', 'validDays']);
      const { key, root } = await state();
      const { parseCertificate, prepareCertificate } = await import('@securosys/pki');
      const prepared = await prepareCertificate({
        subject: options.subject,
        key: { spki: spkiOf(key) },
        subjectKey: options.spki,
        issuer: { certificate: parseCertificate(root) },
        validity: validity(options.validDays ?? 365),
        profile: options.profile ?? 'leaf',
        emulated: true,
      });
      return signed(prepared, key);
    },
  };
}
