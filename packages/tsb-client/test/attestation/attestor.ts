import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { base64Text, isoSeconds, ownBytes, utf8Bytes } from '@securosys/core';
import { type CertificateProfile, parseCertificate, prepareCertificate } from '@securosys/pki';
import { rsaPair } from '../../../../tests/rsa-key.js';
import type { AttestationParts } from '../../src/attestation/input.js';

export const now = Date.UTC(2026, 10, 21, 12);
export const clock = { now: () => now };
const year = 365 * 86_400_000;

export const spkiOf = (key: KeyObject): Uint8Array<ArrayBuffer> => ownBytes(key.export({ format: 'der', type: 'spki' }));
export const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

interface Issued {
  readonly certificate: Uint8Array;
  readonly key: KeyObject;
}

interface Issue {
  readonly name: string;
  readonly key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly profile: CertificateProfile;
  readonly issuer?: Issued;
  readonly emulated?: boolean;
  readonly notAfter?: number;
}

export async function issue({ name, key, profile, issuer, emulated = false, notAfter = now + year }: Issue): Promise<Issued> {
  const signer = issuer?.key ?? key.privateKey;
  const publicOf = (one: KeyObject) => (one.type === 'public' ? one : undefined);
  const prepared = await prepareCertificate({
    subject: `CN=${name},O=Test,ST=Zurich,C=CH`,
    key: { spki: issuer ? parseCertificate(issuer.certificate).spki : spkiOf(publicOf(key.publicKey) ?? key.publicKey) },
    ...(issuer && { subjectKey: spkiOf(key.publicKey), issuer: { certificate: parseCertificate(issuer.certificate) } }),
    validity: { notBefore: now - year, notAfter },
    profile,
    emulated,
  });
  const [part] = prepared.parts;
  if (!part) throw new Error('nothing to sign');
  const signature = ownBytes(sign('sha256', part.input.message, { key: signer, dsaEncoding: 'ieee-p1363' }));
  return { certificate: prepared.assemble({ [part.id]: signature }), key: key.privateKey };
}

/** One attestation key for all. */
export const rsa = rsaPair(2048, 'attestation');

/** Root, device and attestation certificate, as an HSM has them. */
export async function hsm(marks: { root?: boolean; leaf?: boolean; leafNotAfter?: number } = {}) {
  const root = await issue({ name: 'root', key: ecKey(), profile: 'ca', emulated: marks.root === true });
  const emulated = marks.root === true;
  const device = await issue({ name: 'device', key: ecKey(), profile: 'ca', issuer: root, emulated });
  const leaf = await issue({
    name: 'attestation-key',
    key: rsa,
    profile: 'leaf',
    issuer: device,
    emulated: emulated || marks.leaf === true,
    ...(marks.leafNotAfter !== undefined && { notAfter: marks.leafNotAfter }),
  });
  return { root: root.certificate, device, chain: [leaf.certificate, device.certificate] };
}

/** An attestation signed as an HSM does it. */
export function attested(xml: string, chain: readonly Uint8Array[], key: KeyObject = rsa.privateKey): AttestationParts {
  return { xml, xmlSignature: base64Text(ownBytes(sign('sha256', utf8Bytes(xml), key))), chain };
}

export interface KeyText {
  readonly label?: string;
  readonly creation?: string;
  readonly spki?: Uint8Array;
  readonly attestedAt?: number;
  readonly extractable?: boolean;
  /** Contents of `<policy>`; absent: no policy. */
  readonly policy?: string;
}

export const attestedKey = ecKey();

/** The text of an attestation, written by hand after the recordings. Values are not escaped. */
export function keyXml(key: KeyText = {}): string {
  const { label = 'release', creation = 'generated', attestedAt = now - 60_000, extractable = false, policy } = key;
  const flags = {
    decrypt: false,
    sign: true,
    unwrap: false,
    derive: false,
    sensitive: true,
    always_sensitive: true,
    extractable,
    never_extractable: !extractable,
    modifiable: true,
    copyable: false,
    destroyable: true,
    unique: true,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<private_key creation="${creation}">
	<label>${label}</label>
	<create_time>2026-11-01T08:00:00Z</create_time>
	<attest_time>${isoSeconds(attestedAt)}</attest_time>
	<key_use_count>7</key_use_count>
	<algorithm>EC</algorithm>
	<algorithm_oid>1.2.840.10045.2.1</algorithm_oid>
	<curve_oid>1.2.840.10045.3.1.7</curve_oid>
	<public_key>${base64Text(key.spki ?? spkiOf(attestedKey.publicKey))}</public_key>
	<attributes>
${Object.entries(flags)
  .map(([name, value]) => `\t\t<${name}>${value}</${name}>`)
  .join('\n')}
	</attributes>
${policy === undefined ? '' : `\t<policy>${policy}</policy>\n`}</private_key>

`;
}

export interface Person {
  readonly name: string;
  readonly spki: Uint8Array;
}
export const person = (name: string): Person => ({ name, spki: spkiOf(ecKey().publicKey) });

/** A rule with one token and one group. */
export const ruleXml = (tag: string, quorum: number, people: readonly Person[], timeout = 3600): string =>
  `<${tag}><token name="t"><timelock>0</timelock><timeout>${timeout}</timeout><group name="g"><quorum>${quorum}</quorum>${people
    .map(({ name, spki }) => `<approval type="public_key" name="${name}">${base64Text(spki)}</approval>`)
    .join('')}</group></token></${tag}>`;

/** Four rules alike. */
export const policyXml = (quorum: number, people: readonly Person[], timeout?: number): string =>
  `<key_status><blocked>false</blocked></key_status>${['rule_use', 'rule_block', 'rule_unblock', 'rule_modify']
    .map((tag) => ruleXml(tag, quorum, people, timeout))
    .join('')}`;
