import { createSecretKey, type KeyObject } from 'node:crypto';
import { base64Bytes, equalBytes, ownBytes, spkiOf } from '@securosys/core';
import { type ImportKey, symmetricKeyAlgorithms } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { errorOfForeignCertificate } from '../inferred.js';
import type { KeyFacts } from '../keys/key-facts.js';
import { KeyRecord } from '../keys/key-record.js';
import { type KeyType, noSuchKeyType, specFacts, specOfWire } from '../keys/key-specs.js';
import { buildNewKey, checkedNewKey, readPolicy } from '../keys/new-key.js';
import { readCertificate } from '../keys/read-certificate.js';
import { readPrivateKey, readPublicKey } from '../keys/read-keys.js';
import { typeOfKey } from '../keys/type-of-key.js';
import { hsmSeconds, type Partition } from '../partition.js';
import { attributesView } from './attributes-view.js';
import type { Handlers } from './call.js';

const symmetric: readonly string[] = symmetricKeyAlgorithms;

function secretKeyOf(body: ImportKey): { key: KeyObject; spec: KeyType } {
  const { algorithm, secretKey = '', privateKey, publicKey, certificate } = body;
  if (privateKey ?? publicKey ?? certificate) throw failure(600, 'a secret key comes alone');
  const bytes = base64Bytes(secretKey, 'secretKey');
  const bits = bytes.byteLength * 8;
  const spec = specOfWire({ algorithm }) ?? specOfWire({ algorithm, keySize: bits });
  if (!spec || specFacts(spec).secretBytes !== bytes.byteLength) throw failure(603, `no ${algorithm} key has ${bits} bits`);
  return { key: createSecretKey(bytes), spec };
}

/** The type of a key, which has to be of the algorithm that the body names. */
function specFor(key: KeyObject, algorithm: string): KeyType {
  const spec = typeOfKey(key);
  if (algorithm.startsWith('ML-DSA')) throw failure(101, 'the emulator imports no ML-DSA keys');
  if (!spec) throw failure(101, 'the emulator has no keys of this type');
  if (specFacts(spec).algorithm !== algorithm) throw failure(613, `the key is not of the algorithm ${algorithm}`);
  return spec;
}

interface PublicPart {
  readonly key: KeyObject;
  readonly spki: Uint8Array;
  readonly certificate?: Uint8Array;
}

function publicPartOf({ publicKey, certificate }: ImportKey): PublicPart | undefined {
  if (publicKey !== undefined && certificate !== undefined) throw failure(600, 'a certificate holds a public key already');
  if (publicKey !== undefined) {
    const key = readPublicKey(base64Bytes(publicKey, 'publicKey'));
    return { key, spki: spkiOf(key) };
  }
  if (certificate === undefined) return undefined;
  const read = readCertificate(base64Bytes(certificate, 'certificate'));
  return { key: read.publicKey, spki: spkiOf(read.publicKey), certificate: ownBytes(read.raw) };
}

/** In the place of a public half, which only without a private one may be of another key (REL 1.12.0). */
function replacePublic(partition: Partition, known: KeyRecord, { spki, certificate }: PublicPart, spec: KeyType): KeyRecord {
  const same = known.spki !== undefined && equalBytes(known.spki, spki);
  if (!same && known.hasPrivateKey) throw failure(errorOfForeignCertificate, 'the public half is of another key');
  if (spec !== known.spec) throw failure(613, `the key of this name is of the type ${known.spec}`);
  if (same) partition.keys.update(known, certificate ? { certificate } : {});
  else partition.keys.update(known, { spki: ownBytes(spki), certificate });
  return known;
}

/** A public half alone: of a new key without a private one, or in the place of an existing one. */
function importPublic(partition: Partition, { label, algorithm }: ImportKey, part: PublicPart): KeyRecord {
  const { key, spki, certificate } = part;
  const spec = specFor(key, algorithm);
  if (partition.keys.has(label)) return replacePublic(partition, partition.keys.held(label), part, spec);
  const attributes = {
    ...{ decrypt: false, sign: false, unwrap: false, derive: false, sensitive: false },
    ...{ extractable: true, modifiable: true, copyable: false, destroyable: true },
  };
  const facts: KeyFacts = { label, spec, attributes, createdAt: hsmSeconds(partition), spki, imported: true };
  const made = new KeyRecord({ ...facts, ...(certificate && { certificate }) });
  partition.keys.add(made);
  return made;
}

async function importPrivate(partition: Partition, body: ImportKey, publicPart: PublicPart | undefined): Promise<KeyRecord> {
  const { label, algorithm, attributes, addressFormat } = body;
  if (!attributes) throw failure(600, 'a private or secret key needs attributes');
  const { key, spec } = body.secretKey !== undefined ? secretKeyOf(body) : privateKeyOf(body, algorithm);
  if (publicPart && !equalBytes(publicPart.spki, spkiOf(key)))
    throw failure(errorOfForeignCertificate, 'the public half is of another key');
  const asked = { label, spec, attributes, addressFormat, policy: readPolicy(body.policy, partition.approvers) };
  const facts = { ...checkedNewKey(partition, asked), imported: true, certificate: publicPart?.certificate };
  const made = await buildNewKey(asked, facts, key);
  partition.keys.add(made);
  return made;
}

function privateKeyOf(body: ImportKey, algorithm: string): { key: KeyObject; spec: KeyType } {
  const key = readPrivateKey(base64Bytes(body.privateKey ?? '', 'privateKey'));
  return { key, spec: specFor(key, algorithm) };
}

export const keyImportHandlers: Pick<Handlers, 'importKey'> = {
  async importKey({ partition, body }) {
    if (body.secretKey !== undefined && !symmetric.includes(body.algorithm)) throw noSuchKeyType(body);
    const publicPart = body.secretKey === undefined ? publicPartOf(body) : undefined;
    if (body.privateKey !== undefined || body.secretKey !== undefined)
      return attributesView(partition, await importPrivate(partition, body, publicPart));
    if (!publicPart) throw failure(600, 'there is nothing to import');
    return attributesView(partition, importPublic(partition, body, publicPart));
  },
};
