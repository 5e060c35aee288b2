import { base64Bytes, invalidArgument, knownOptions, SignError, sha256Hex, utf8Bytes, utf8Text } from '@securosys/core';
import { attribute, ElementReader, leafCount, leafFlag, leafMatching, leafText, leafTime } from './element-reader.js';
import { policyOf } from './policy-xml.js';
import type { AttestationStatement, AttestedAttributes } from './statement.js';
import { malformedXml, parseXmlTree, type XmlElement } from './xml-tree.js';

/** How strictly an attestation is read. */
export interface ParseAttestationOptions {
  /**
   * Skips elements that this version does not know, as a newer firmware may add, when they hold text only, and lists them. Never
   * inside the policy. Default `false`.
   */
  readonly allowUnknownElements?: boolean;
}

const keyElements = [
  'uuid',
  'label',
  'create_time',
  'attest_time',
  'key_use_count',
  'algorithm',
  'algorithm_oid',
  'curve_oid',
  'key_size',
  'public_key',
  'derivation_value',
  'address_truncated',
  'attributes',
  'policy',
];

const attributeElements = {
  decrypt: 'decrypt',
  sign: 'sign',
  unwrap: 'unwrap',
  derive: 'derive',
  sensitive: 'sensitive',
  alwaysSensitive: 'always_sensitive',
  extractable: 'extractable',
  neverExtractable: 'never_extractable',
  modifiable: 'modifiable',
  copyable: 'copyable',
  destroyable: 'destroyable',
  unique: 'unique',
} as const satisfies Record<keyof AttestedAttributes, string>;

/** A reader that steps over unknown elements when it may, and remembers them. */
class LaxReader {
  readonly skipped: string[] = [];
  readonly #reader: ElementReader;
  readonly #known: ReadonlySet<string> | undefined;

  constructor(element: XmlElement, attributes: readonly string[], known: readonly string[], lax: boolean) {
    this.#reader = new ElementReader(element, attributes);
    this.#known = lax ? new Set(known) : undefined;
  }

  #skip(): ElementReader {
    if (this.#known) this.skipped.push(...this.#reader.skipUnknown(this.#known));
    return this.#reader;
  }

  take = (name: string): XmlElement => this.#skip().take(name);
  optional = (name: string): XmlElement | undefined => this.#skip().optional(name);
  end = (): void => this.#skip().end();
}

/** Largest attestation, in bytes: a policy of a thousand approvers has a fifth of it. */
export const maxXmlBytes = 1024 * 1024;

function checkedSize(xml: Uint8Array): Uint8Array {
  if (xml.byteLength > maxXmlBytes) throw new SignError('ERR_LIMIT', `attestation is over ${maxXmlBytes} bytes`);
  return xml;
}

const dotted = /^[0-2](?:\.(?:0|[1-9]\d{0,14})){1,30}$/;
const word = /^[A-Za-z0-9 _./+-]{1,64}$/;
/** A custom curve is spelt out in decimal numbers (`tsb-rest-api.md` §2.3). */
const curve = /^[0-9a-z.]{1,4096}$/;
const hex = /^(?:[0-9A-Fa-f]{2}){1,128}$/;

function typedValue(element: XmlElement | undefined, name: string): { kind: string; value: string } | undefined {
  if (!element) return undefined;
  const kind = attribute(element, name);
  if (!word.test(kind)) malformedXml(`the ${name} of a value is none`);
  return { kind, value: leafMatching(element, hex, [name]) };
}

function creationOf(root: XmlElement): AttestationStatement['creation'] {
  const creation = attribute(root, 'creation');
  return creation === 'generated' || creation === 'imported' ? creation : malformedXml('the creation of the key is unknown');
}

function storageOf(root: XmlElement): AttestationStatement['storage'] {
  const storage = root.attributes.get('storage');
  if (storage !== undefined && storage !== 'external') malformedXml('the storage of the key is unknown');
  return storage ?? 'hsm';
}

function attributesOf(element: XmlElement, lax: boolean): { flags: AttestedAttributes; skipped: readonly string[] } {
  const reader = new LaxReader(element, [], Object.values(attributeElements), lax);
  const flags = Object.entries(attributeElements).map(([name, tag]) => [name, leafFlag(reader.take(tag))] as const);
  reader.end();
  return { flags: Object.fromEntries(flags) as Record<keyof AttestedAttributes, boolean>, skipped: reader.skipped };
}

function read(root: XmlElement, lax: boolean): AttestationStatement {
  if (root.name !== 'private_key') malformedXml('it is not about a private key');
  const creation = creationOf(root);
  const storage = storageOf(root);
  const key = new LaxReader(root, ['creation', 'storage'], keyElements, lax);
  const uuid = key.optional('uuid');
  const label = leafText(key.take('label')) || malformedXml('the label is empty');
  const createdAt = leafTime(key.take('create_time'));
  const attestedAt = leafTime(key.take('attest_time'));
  const keyUseCount = key.optional('key_use_count');
  const algorithm = leafMatching(key.take('algorithm'), word);
  const algorithmOid = leafMatching(key.take('algorithm_oid'), dotted);
  const curveOid = key.optional('curve_oid');
  const keySize = key.optional('key_size');
  const spki = base64Bytes(leafText(key.take('public_key')), 'attested public key');
  if (spki.byteLength === 0) malformedXml('the public key is empty');
  const derivation = typedValue(key.optional('derivation_value'), 'type');
  const address = typedValue(key.optional('address_truncated'), 'format');
  const { flags, skipped } = attributesOf(key.take('attributes'), lax);
  const policy = key.optional('policy');
  key.end();
  return {
    label,
    ...(uuid && { uuid: leafMatching(uuid, word) }),
    creation,
    storage,
    spki,
    spkiSha256: sha256Hex(spki),
    algorithm,
    algorithmOid,
    ...(curveOid && { curveOid: leafMatching(curveOid, curve) }),
    ...(keySize && { keySize: leafCount(keySize) }),
    ...(keyUseCount && { keyUseCount: leafCount(keyUseCount) }),
    ...(derivation && { derivation: { type: derivation.kind, value: derivation.value } }),
    ...(address && { address: { format: address.kind, value: address.value } }),
    attributes: flags,
    policy: policy ? policyOf(policy) : null,
    createdAt,
    attestedAt,
    unknownElements: [...key.skipped, ...skipped],
  };
}

/**
 * Reads the text of a key attestation (`tsb-rest-api.md` §2.3) by its schema: each element once and in order, nothing unknown, no
 * document type, comment, CDATA section, processing instruction or numeric reference (threat model S33). It verifies nothing:
 * anybody can write such a text, which is why {@link verifyAttestation} is what to use.
 * @param xml at most 1 MiB; bytes are UTF-8
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_INVALID_ARGUMENT`
 */
export async function parseAttestation(
  xml: Uint8Array | string,
  options: ParseAttestationOptions = {},
): Promise<AttestationStatement> {
  knownOptions('parseAttestation', options, ['allowUnknownElements']);
  const { allowUnknownElements = false } = options;
  if (typeof xml !== 'string' && !(xml instanceof Uint8Array)) invalidArgument('an attestation is text or bytes');
  if (typeof allowUnknownElements !== 'boolean') invalidArgument('allowUnknownElements must be true or false');
  const text = typeof xml === 'string' ? xml : utf8Text(checkedSize(xml), 'attestation');
  checkedSize(utf8Bytes(text));
  return read(await parseXmlTree(text), allowUnknownElements);
}
