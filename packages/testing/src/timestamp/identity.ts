import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { cryptoParameters, type Prepared, spkiOf } from '@securosys/core';
import { type Certificate, parseCertificate, prepareCertificate } from '@securosys/pki';

/** A P-256 key and its certificates. */
export interface TsaIdentity {
  readonly privateKey: KeyObject;
  /** DER, leaf first, root last. */
  readonly chain: readonly Uint8Array[];
}

const day = 24 * 3600 * 1000;

function signed(prepared: Prepared<Uint8Array>, privateKey: KeyObject): Certificate {
  const [part] = prepared.parts;
  if (!part) throw new Error('nothing to sign');
  const { hash, parameters } = cryptoParameters(part.algorithm);
  return parseCertificate(prepared.assemble({ [part.id]: sign(hash, part.input.message, { key: privateKey, ...parameters }) }));
}

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** A root, an intermediate and a leaf for timestamps, valid for ten years from a year before `now` on. */
export async function newTsaIdentity(now: number): Promise<TsaIdentity> {
  const validity = { notBefore: now - 365 * day, notAfter: now + 9 * 365 * day };
  const named = (name: string) => ({ subject: `CN=${name},O=Test,ST=Nowhere,C=CH`, validity });
  const [rootKey, caKey, privateKey] = [newKey(), newKey(), newKey()];
  const byRoot = { spki: spkiOf(rootKey) };
  const byCa = { spki: spkiOf(caKey) };
  const root = signed(await prepareCertificate({ ...named('Fake TSA root'), profile: 'ca', key: byRoot }), rootKey);
  const ca = signed(
    await prepareCertificate({
      ...named('Fake TSA CA'),
      profile: 'ca',
      key: byRoot,
      subjectKey: byCa.spki,
      issuer: { certificate: root },
    }),
    rootKey,
  );
  const leaf = signed(
    await prepareCertificate({
      ...named('Fake TSA'),
      profile: 'timestamping',
      key: byCa,
      subjectKey: spkiOf(privateKey),
      issuer: { certificate: ca },
    }),
    caKey,
  );
  return { privateKey, chain: [leaf.der, ca.der, root.der] };
}
