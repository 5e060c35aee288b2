import type { Certificate } from '@securosys/pki';
import { issue, testKey, validity } from '../../../pki/test/issue.js';

export interface AuthorityChain {
  readonly leaf: Certificate;
  readonly middle: Certificate;
  readonly root: Certificate;
  /** Another certificate of the key, a year younger. */
  renew(spki: Uint8Array): Promise<Certificate>;
}

/** Root, intermediate and leaf for a public key. */
export async function authorityChain(spki: Uint8Array): Promise<AuthorityChain> {
  const [top, between] = [testKey('ec-p256', 'root'), testKey('ec-p256', 'middle')];
  const root = await issue(top, { profile: 'ca', subject: 'CN=root,O=Example,ST=Zurich,C=CH' });
  const middle = await issue(top, {
    profile: 'ca',
    subject: 'CN=middle,O=Example,ST=Zurich,C=CH',
    issuer: { certificate: root },
    subjectKey: between.spki,
  });
  const leaf = await issue(between, { issuer: { certificate: middle }, subjectKey: spki });
  const later = { ...validity, notBefore: Date.UTC(2027, 0, 1) };
  return {
    root,
    middle,
    leaf,
    renew: (key) => issue(between, { issuer: { certificate: middle }, subjectKey: key, validity: later }),
  };
}
