import { type ActIdentity, isJsonObject, type JsonObject, type JsonValue, SignError } from '@securosys/core';

/** What a TSB does with a key beside signing. */
export const tsbActKinds = ['decrypt', 'unwrap', 'block', 'unblock', 'modify', 'csr', 'self-sign', 'certificate-sign'] as const;
/** What a TSB is asked to do with a key, beside signing. */
export type TsbActKind = (typeof tsbActKinds)[number];

/** By what a store and a later process know an act of a TSB, with all that its result has to agree with. */
export interface TsbActIdentity extends ActIdentity {
  readonly kind: TsbActKind;
  readonly keyLabel: string;
  /** Of the key that `unwrap` makes. */
  readonly newKeyLabel?: string;
  /** Of the subject of a certificate. */
  readonly commonName?: string;
  /** Whether a certificate is to be an authority's. */
  readonly authority?: 'yes' | 'no';
  /** Of the key that is certified, SHA-256 of its SubjectPublicKeyInfo, hex. */
  readonly subjectSpkiSha256?: string;
}

/** What `Operation.toJSON` of such an act says. */
export interface StoredAct {
  readonly identity: TsbActIdentity;
  readonly requestId: string;
  readonly createdAt?: number;
}

const hash = /^[0-9a-f]{64}$/;
const requestIdForm = /^[0-9A-Fa-f-]{1,64}$/;
const longestText = 1024;

type Check = (value: JsonValue) => boolean;
const isText: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= longestText;
const matches =
  (form: RegExp): Check =>
  (value) =>
    typeof value === 'string' && form.test(value);

/** Members of an identity, and whether they must be there. */
const identityMembers: Readonly<Record<keyof TsbActIdentity, readonly [needed: boolean, check: Check]>> = {
  kind: [true, (value) => (tsbActKinds as readonly JsonValue[]).includes(value)],
  inputSha256: [true, matches(hash)],
  keyLabel: [true, isText],
  spkiSha256: [false, matches(hash)],
  algorithm: [false, isText],
  checkSha256: [false, () => false],
  context: [false, () => false],
  newKeyLabel: [false, isText],
  commonName: [false, isText],
  authority: [false, (value) => value === 'yes' || value === 'no'],
  subjectSpkiSha256: [false, matches(hash)],
};

/** Members that each kind cannot do without. */
const neededBy: Partial<Record<TsbActKind, readonly (keyof TsbActIdentity)[]>> = {
  unwrap: ['newKeyLabel'],
  csr: ['algorithm', 'commonName'],
  'self-sign': ['algorithm', 'commonName', 'authority'],
  'certificate-sign': ['algorithm', 'commonName', 'authority', 'subjectSpkiSha256'],
};

function malformed(what: string): never {
  throw new SignError('ERR_MALFORMED', `this is no stored operation of a TSB: ${what}`);
}

/**
 * Takes back what `Operation.toJSON` gave, as hostile: whoever stored it may have changed it. It names no address and holds nothing
 * that is believed; results are checked against it, and against the key.
 * @throws SignError `ERR_MALFORMED`; `ERR_INVALID_ARGUMENT` for an operation of another backend
 */
export function readStoredAct(json: JsonObject, backend: string): StoredAct {
  if (!isJsonObject(json)) malformed('not an object');
  const { version, backend: other, requestId, createdAt, ...members } = json;
  if (version !== 1) malformed('unknown version');
  if (members.kind === 'sign') malformed('signatures are resumed by Signer.begin over the same bytes');
  if (typeof requestId !== 'string' || !requestIdForm.test(requestId)) malformed('requestId');
  const time = typeof createdAt === 'number' && Number.isSafeInteger(createdAt) && createdAt >= 0 ? createdAt : undefined;
  if (createdAt !== undefined && time === undefined) malformed('createdAt');
  for (const name of Object.keys(members)) if (!Object.hasOwn(identityMembers, name)) malformed('an unknown member');
  for (const [name, [needed, check]] of Object.entries(identityMembers)) {
    const value = members[name];
    if (value === undefined ? needed : !check(value)) malformed(name);
  }
  const identity = members as unknown as TsbActIdentity;
  for (const name of neededBy[identity.kind] ?? []) if (identity[name] === undefined) malformed(name);
  if (other !== backend)
    throw new SignError('ERR_INVALID_ARGUMENT', 'this operation belongs to another backend', { details: { backend } });
  return { identity, requestId, ...(time !== undefined && { createdAt: time }) };
}
