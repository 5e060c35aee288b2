import type { Certificate } from '@securosys/pki';
import { issue, testKey, validity } from '../../../pki/test/issue.js';

export interface AuthorityChain {
  readonly leaf: Certificate;
  readonly middle: Certificate;
  readonly root: Certificate;
  /** Another certificate of the key, a year younger. */
  renew(spki: Uint8Array): Promise<Certificate>;
}

/** Issued once: what changes from test to test is the leaf. */
let authorities: Promise<Pick<AuthorityChain, 'root' | 'middle'>> | undefined;

async function issueAuthorities(): Promise<Pick<AuthorityChain, 'root' | 'middle'>> {
  const top = testKey('ec-p256', 'root');
  const root = await issue(top, { profile: 'ca', subject: 'CN=root,O=Example,ST=Zurich,C=CH' });
  const subjectKey = testKey('ec-p256', 'middle').spki;
  const named = { subject: 'CN=middle,O=Example,ST=Zurich,C=CH', issuer: { certificate: root }, subjectKey };
  return { root, middle: await issue(top, { profile: 'ca', ...named }) };
}

/** Root, intermediate and leaf for a public key. */
export async function authorityChain(spki: Uint8Array): Promise<AuthorityChain> {
  authorities ??= issueAuthorities();
  const { root, middle } = await authorities;
  const signer = testKey('ec-p256', 'middle');
  const leaf = await issue(signer, { issuer: { certificate: middle }, subjectKey: spki });
  const later = { ...validity, notBefore: Date.UTC(2027, 0, 1) };
  return {
    root,
    middle,
    leaf,
    renew: (key) => issue(signer, { issuer: { certificate: middle }, subjectKey: key, validity: later }),
  };
}
