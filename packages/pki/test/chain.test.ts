import { sign } from 'node:crypto';
import { SignError } from '@securosys/core';
import { describe, expect, test } from 'vitest';
import {
  type Certificate,
  type ChainOptions,
  checkNotaryChain,
  extendedKeyUsages as eku,
  isSelfSigned,
  issuedBy,
  parseCertificate,
} from '../src/index.js';
import { basicConstraints, type Craft, commonName, craft, extendedKeyUsage, hex, keyUsage } from './craft.js';
import { issue, notarySpecs, testKey } from './issue.js';

const keys = { leaf: testKey('ec-p256', 'leaf'), middle: testKey('ec-p256', 'middle'), root: testKey('ec-p256', 'root') };
const names = { leaf: commonName('leaf'), middle: commonName('middle'), root: commonName('root') };
const leafExtensions = [keyUsage(['digitalSignature']), extendedKeyUsage([eku.codeSigning])];
const caExtensions = [basicConstraints(true), keyUsage(['keyCertSign', 'cRLSign'])];
const tsaExtensions = [keyUsage(['digitalSignature']), extendedKeyUsage([eku.timeStamping], true)];

const certificate = (options: Craft): Certificate => parseCertificate(craft(options));
const selfSignedLeaf = (options: Craft = {}) =>
  certificate({ key: keys.leaf, subject: names.leaf, extensions: leafExtensions, ...options });

/** leaf, middle, root; each part may be changed. */
function chainOf(change: { leaf?: Craft; middle?: Craft; root?: Craft } = {}): Certificate[] {
  return [
    certificate({
      key: keys.leaf,
      subject: names.leaf,
      signer: keys.middle,
      issuer: names.middle,
      extensions: leafExtensions,
      ...change.leaf,
    }),
    certificate({
      key: keys.middle,
      subject: names.middle,
      signer: keys.root,
      issuer: names.root,
      extensions: caExtensions,
      ...change.middle,
    }),
    certificate({ key: keys.root, subject: names.root, extensions: caExtensions, ...change.root }),
  ];
}

/** The rule and index that refuse a chain, or `accepted`. */
function verdict(chain: readonly Certificate[], options: Partial<ChainOptions> = {}): string {
  try {
    checkNotaryChain(chain, { purpose: 'code-signing', ...options });
    return 'accepted';
  } catch (error) {
    if (!SignError.is(error, 'ERR_CHAIN_INVALID')) throw error;
    return `${String(error.details.rule)} at ${String(error.details.index)}`;
  }
}

describe('chain shape (§8.1)', () => {
  const [leaf, middle, root] = chainOf() as [Certificate, Certificate, Certificate];

  test('leaf, intermediate and root pass', () => expect(verdict([leaf, middle, root])).toBe('accepted'));
  test('an empty chain is refused', () => expect(verdict([])).toBe('chain-empty at 0'));
  test('a chain over the limit is refused', () =>
    expect(verdict([leaf, ...Array<Certificate>(16).fill(root)])).toBe('chain-too-long at 16'));
  test('a self-signed leaf alone passes', () => expect(verdict([selfSignedLeaf()])).toBe('accepted'));
  test('a leaf alone that another signed is refused', () => expect(verdict([leaf])).toBe('self-signed-invalid at 0'));
  test('a root alone is refused, because leaf rules apply', () => expect(verdict([root])).toBe('leaf-is-ca at 0'));
  test('a single certificate with its own name but another key’s signature is refused', () =>
    expect(verdict([selfSignedLeaf({ signer: keys.root })])).toBe('self-signed-invalid at 0'));
  test('a single certificate signed by its own key under another name is refused', () =>
    expect(verdict([selfSignedLeaf({ issuer: names.root })])).toBe('self-signed-invalid at 0'));
  test('a chain without its root is refused', () => expect(verdict([leaf, middle])).toBe('root-not-self-signed at 1'));
  test('a self-signed leaf before a root is refused', () =>
    expect(verdict([selfSignedLeaf(), root])).toBe('self-signed-not-last at 0'));
  test('a self-signed intermediate is refused', () => expect(verdict([leaf, root, root])).toBe('self-signed-not-last at 1'));
  test('a re-ordered chain is refused', () => expect(verdict([leaf, root, middle])).not.toBe('accepted'));
  test('an unrelated certificate in between is refused', () => {
    const other = certificate({
      key: testKey('ec-p256', 'x'),
      subject: commonName('other'),
      signer: keys.root,
      issuer: names.root,
      extensions: caExtensions,
    });
    expect(verdict([leaf, other, root])).toBe('not-issued-by-next at 0');
  });
  test('right names with a signature of another key are refused', () =>
    expect(verdict(chainOf({ leaf: { signer: keys.root } }))).toBe('not-issued-by-next at 0'));
  test('names that differ in the string type only are different names', () => {
    const asPrintable = Uint8Array.from(names.middle);
    asPrintable[asPrintable.indexOf(0x0c)] = 0x13;
    expect(verdict(chainOf({ leaf: { issuer: asPrintable } }))).toBe('not-issued-by-next at 0');
  });
  test.each([
    ['SHA-1 with ECDSA', '300906072a8648ce3d0401', 'sha1'],
    ['SHA-1 with RSA', '300d06092a864886f70d0101050500', 'sha1'],
    ['MD5 with RSA', '300d06092a864886f70d0101040500', 'md5'],
  ])('%s is refused even with a valid signature', (name, identifier, hash) => {
    const signer = name.endsWith('RSA') ? testKey('rsa-2048') : keys.middle;
    const signature = (tbs: Uint8Array) => sign(hash, tbs, signer.privateKey);
    expect(verdict(chainOf({ leaf: { identifier: hex(identifier), signature } }))).toBe('signature-algorithm at 0');
  });
  test.each([0, 1, 2])('certificate %i must be valid at the signing time, both ends included', (index) => {
    const chain = chainOf();
    const { notBefore, notAfter } = chain[index] as Certificate;
    for (const signingTime of [notBefore, notAfter]) expect(verdict(chain, { signingTime })).toBe('accepted');
    const part = (['leaf', 'middle', 'root'] as const)[index] as 'leaf';
    const late = hex('301e170d3330303130313030303030305a170d3331303130313030303030305a');
    const changed = chainOf({ [part]: { validity: late } });
    expect(verdict(changed, { signingTime: Date.UTC(2030, 0, 1) - 1 })).toBe(`not-valid-at-signing-time at ${index}`);
    expect(verdict(changed, { signingTime: Date.UTC(2031, 0, 1) + 1 })).toBe(`not-valid-at-signing-time at ${index}`);
    expect(verdict(changed, { signingTime: Number.NaN })).toBe('not-valid-at-signing-time at 0');
    expect(verdict(changed)).toBe('accepted');
  });
  test('validity of issuer and subject need not nest', () => {
    const outlives = hex('301e170d3230303130313030303030305a170d3430303130313030303030305a');
    expect(verdict(chainOf({ leaf: { validity: outlives } }))).toBe('accepted');
  });
  test('an unknown critical extension is refused unless allowed by name; one that is not critical is not', () => {
    const unknown = (critical: boolean) => ({
      leaf: { extensions: [...leafExtensions, { id: '1.2.3.4', critical, value: hex('0500') }] },
    });
    expect(verdict(chainOf(unknown(true)))).toBe('unknown-critical-extension at 0');
    expect(verdict(chainOf(unknown(true)), { allowUnknownCritical: true })).toBe('accepted');
    expect(verdict(chainOf(unknown(false)))).toBe('accepted');
  });
  test('a misspelt option is refused', () =>
    expect(() => verdict([leaf], { signTime: 1 } as object)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' })));
});

describe('CA certificates (§8.2)', () => {
  const middle = (...extensions: Craft['extensions'] & object) => verdict(chainOf({ middle: { extensions } }));
  const good = keyUsage(['keyCertSign']);

  test('basic constraints are required', () => expect(middle(good)).toBe('ca-basic-constraints-missing at 1'));
  test('basic constraints must be critical', () =>
    expect(middle(basicConstraints(true, undefined, false), good)).toBe('ca-basic-constraints-not-critical at 1'));
  test('CA must be true', () => expect(middle(basicConstraints(false), good)).toBe('ca-not-ca at 1'));
  test('key usage is required', () => expect(middle(basicConstraints(true))).toBe('key-usage-missing at 1'));
  test('key usage must be critical', () =>
    expect(middle(basicConstraints(true), keyUsage(['keyCertSign'], false))).toBe('key-usage-not-critical at 1'));
  test('keyCertSign is required', () =>
    expect(middle(basicConstraints(true), keyUsage(['cRLSign']))).toBe('ca-key-cert-sign-missing at 1'));
  test('a path length of 0 is enough for the lowest CA', () => expect(middle(basicConstraints(true, 0), good)).toBe('accepted'));
  test('a path length below the number of intermediates is refused', () =>
    expect(verdict(chainOf({ root: { extensions: [basicConstraints(true, 0), good] } }))).toBe('ca-path-length at 2'));
  test('a path length equal to the number of intermediates passes', () =>
    expect(verdict(chainOf({ root: { extensions: [basicConstraints(true, 1), good] } }))).toBe('accepted'));
  test('the root is held to the same rules', () =>
    expect(verdict(chainOf({ root: { extensions: [basicConstraints(true)] } }))).toBe('key-usage-missing at 2'));
  test('extended key usages of a CA are ignored', () =>
    expect(middle(...caExtensions, extendedKeyUsage([eku.serverAuth]))).toBe('accepted'));
});

describe('code-signing leaves (§8.3)', () => {
  const leaf = (...extensions: Craft['extensions'] & object) => verdict([selfSignedLeaf({ extensions })]);
  const usage = keyUsage(['digitalSignature']);

  test('basic constraints without CA pass', () => expect(leaf(basicConstraints(false), usage)).toBe('accepted'));
  test('a CA is refused', () => expect(leaf(basicConstraints(true), usage)).toBe('leaf-is-ca at 0'));
  test('key usage is required', () => expect(leaf(extendedKeyUsage([eku.codeSigning]))).toBe('key-usage-missing at 0'));
  test('key usage must be critical', () =>
    expect(leaf(keyUsage(['digitalSignature'], false))).toBe('key-usage-not-critical at 0'));
  test('digitalSignature is required', () =>
    expect(leaf(keyUsage(['contentCommitment']))).toBe('leaf-digital-signature-missing at 0'));
  test('contentCommitment is allowed beside it', () =>
    expect(leaf(keyUsage(['digitalSignature', 'contentCommitment']))).toBe('accepted'));
  test.each([
    'keyEncipherment',
    'dataEncipherment',
    'keyAgreement',
    'keyCertSign',
    'cRLSign',
    'encipherOnly',
    'decipherOnly',
  ] as const)('%s is refused', (bit) => expect(leaf(keyUsage(['digitalSignature', bit]))).toBe('leaf-key-usage-forbidden at 0'));
  test('no extended key usage passes', () => expect(leaf(usage)).toBe('accepted'));
  test('an unknown extended key usage passes', () => expect(leaf(usage, extendedKeyUsage(['1.2.3.4']))).toBe('accepted'));
  test.each(['any', 'serverAuth', 'clientAuth', 'emailProtection', 'timeStamping', 'ocspSigning'] as const)(
    'extended key usage %s is refused, alone and beside codeSigning',
    (name) => {
      expect(leaf(usage, extendedKeyUsage([eku[name]]))).toBe('leaf-extended-key-usage-forbidden at 0');
      expect(leaf(usage, extendedKeyUsage([eku.codeSigning, eku[name]]))).toBe('leaf-extended-key-usage-forbidden at 0');
    },
  );
  test('an Ed25519 leaf is refused, an Ed25519 root is not', () => {
    expect(verdict([selfSignedLeaf({ key: testKey('ed25519') })])).toBe('leaf-key-type at 0');
    const root = testKey('ed25519');
    expect(verdict(chainOf({ middle: { signer: root }, root: { key: root } }))).toBe('accepted');
  });
});

describe('timestamping leaves (§8.3)', () => {
  const tsa = (...extensions: Craft['extensions'] & object) =>
    verdict(chainOf({ leaf: { extensions } }), { purpose: 'timestamping' });
  const usage = keyUsage(['digitalSignature']);

  test('critical and exactly timeStamping passes', () => expect(tsa(...tsaExtensions)).toBe('accepted'));
  test('a code-signing leaf is refused', () =>
    expect(tsa(usage, extendedKeyUsage([eku.codeSigning], true))).toBe('leaf-extended-key-usage-forbidden at 0'));
  test('extended key usage is required', () => expect(tsa(usage)).toBe('leaf-extended-key-usage-missing at 0'));
  test('it must be critical', () =>
    expect(tsa(usage, extendedKeyUsage([eku.timeStamping]))).toBe('leaf-extended-key-usage-not-critical at 0'));
  test('a second one is refused', () =>
    expect(tsa(usage, extendedKeyUsage([eku.timeStamping, '1.2.3.4'], true))).toBe('leaf-extended-key-usage-forbidden at 0'));
  test('key usage need not be critical', () =>
    expect(tsa(keyUsage(['digitalSignature'], false), extendedKeyUsage([eku.timeStamping], true))).toBe('accepted'));
  test('key usage is required', () => expect(tsa(extendedKeyUsage([eku.timeStamping], true))).toBe('key-usage-missing at 0'));
});

describe.each(notarySpecs)('%s', (spec) => {
  test('an issued self-signed leaf and an issued chain satisfy every rule', async () => {
    const ca = testKey(spec, 'ca');
    const root = await issue(ca, { profile: 'ca', subject: 'CN=root,O=Example,ST=Zurich,C=CH' });
    const leaf = await issue(ca, { issuer: { certificate: root }, subjectKey: testKey(spec).spki });
    expect(verdict([await issue(testKey(spec))])).toBe('accepted');
    expect(verdict([leaf, root], { signingTime: Date.UTC(2030, 0) })).toBe('accepted');
    expect(issuedBy(leaf, root)).toBe(true);
    expect(issuedBy(root, leaf)).toBe(false);
    expect(isSelfSigned(root)).toBe(true);
    expect(isSelfSigned(leaf)).toBe(false);
  });
});
