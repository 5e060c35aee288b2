import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { base64Text, type SigningFacts, spkiOf, utf8Bytes } from '@securosys/core';
import { rsaPair } from '../../../../tests/rsa-key.js';
import {
  type ApprovalTask,
  encodeApprovalChallenge,
  encodeHsmTimestamp,
  encodePolicyFrame,
  type ModifyPolicy,
} from '../../src/api/index.js';
import {
  type ApproverKey,
  approverKeyFromPrivateKey,
  createApprover,
  encodeMetadata,
  type RequestMetadata,
} from '../../src/index.js';
import { clientOf, fakeFetch, json, quickClock, type Seen } from '../fake-fetch.js';

export const hsm = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
export const keyPair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
export const approverPair = generateKeyPairSync('ed25519');
export const approverKey: ApproverKey = approverKeyFromPrivateKey(approverPair.privateKey);
let attestationPair: ReturnType<typeof generateKeyPairSync> | undefined;
/** The attestation key of the HSM, made when it is first asked for. */
export function attestor() {
  attestationPair ??= rsaPair(2048, 'attestation');
  return attestationPair;
}
export const spki = (key: KeyObject): Uint8Array => Uint8Array.from(key.export({ format: 'der', type: 'spki' }));
export const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const digestA = `sha256:${'a'.repeat(64)}`;
export const digestB = `sha256:${'b'.repeat(64)}`;

/** A format whose messages are `toy:` and a digest. */
export const toy = {
  id: 'toy',
  explain: (bytes: Uint8Array): SigningFacts | undefined => {
    const text = Buffer.from(bytes).toString('latin1');
    if (!text.startsWith('toy:')) return undefined;
    return { format: 'toy', title: 'sign an image', subject: { mediaType: 'application/x', digest: text.slice(4), size: 7 } };
  },
};

/** As {@link toy}, with messages `<algorithm>!toy:<digest>` that name their algorithm, as a JWS does. */
export const precise = {
  id: 'precise',
  explain: (bytes: Uint8Array): SigningFacts | undefined => {
    const [algorithm, rest] = Buffer.from(bytes).toString('latin1').split('!');
    const facts = rest === undefined ? undefined : toy.explain(Buffer.from(rest));
    return facts && algorithm !== undefined ? { ...facts, details: { algorithm } } : undefined;
  },
};

export const message = (digest: string): Uint8Array => utf8Bytes(`toy:${digest}`);

/** Every kind of request: name of the body, of its parsed copy in a task, of the member with the key, of the one with the payload. */
const kinds = {
  sign: ['signRequest', 'signedSignRequest', 'signKeyName', 'payload'],
  decrypt: ['decryptRequest', 'signedDecryptRequest', 'decryptKeyName', 'encryptedPayload'],
  unwrap: ['unwrapKeyRequest', 'signedUnwrapKeyRequest', 'unwrapKeyName', 'wrappedKey'],
  modify: ['modifyRequest', 'signedModifyKeyRequest', 'modifyKeyName'],
  block: ['blockRequest', 'signedBlockKeyRequest', 'blockKeyName'],
  unblock: ['unblockRequest', 'signedUnblockKeyRequest', 'unblockKeyName'],
  csr: ['csrSignRequest', 'signedCertificateRequestRequest', 'signKeyName'],
  selfsign: ['selfSignCertificateRequest', 'signedSelfSignCertificateRequestDto', 'signKeyName'],
  issue: ['signCertificateRequest', 'signedSignCertificateRequest', 'signKeyName'],
} as const;

/** What bodies of some kinds must hold besides. */
const required: Readonly<Record<string, object>> = {
  decrypt: { cipherAlgorithm: 'RSA' },
  unwrap: { wrapMethod: 'AES_WRAP', label: 'new', attributes: { decrypt: true, sign: false, unwrap: false } },
  csr: { standardCertificateAttributes: { commonName: 'release' } },
  selfsign: { validity: 365, certificateAuthority: false, standardCertificateAttributes: { commonName: 'release' } },
  issue: { certificateAuthority: false, standardCertificateAttributes: { commonName: 'release' } },
};

export interface TaskPlan {
  id?: string;
  kind?: keyof typeof kinds;
  payload?: Uint8Array;
  /** What the requester writes beside it. */
  metadata?: RequestMetadata | Uint8Array;
  label?: string;
  algorithm?: string;
  seconds?: number;
  hsmKey?: KeyObject;
  keySpki?: Uint8Array;
  keyPassword?: readonly string[];
  /** A modify task instead of a signature. */
  policy?: ModifyPolicy;
  /** What the request says, if other than the challenge. */
  requestedPolicy?: ModifyPolicy;
  /** Further members of the inner request. */
  more?: object;
  /** The application that signs the request. */
  signedBy?: KeyObject;
  /** What the request signature names, if other than the key that made it. */
  namedKey?: KeyObject;
  /** What the application signs as its metadata, if other than the metadata. */
  metadataSignatureOver?: Uint8Array;
  /** XML of the key, if other than a minimal one. */
  keyXml?: string;
  /** Whether {@link attestor} signs this XML. */
  attested?: boolean;
}

/** Signature of an application over a request or over metadata (§1.4, §6). */
const applicationSignature = (key: KeyObject, bytes: Uint8Array): string =>
  base64Text(Uint8Array.from(sign('sha256', bytes, key)));

function bodyOf(plan: TaskPlan, kind: keyof typeof kinds, bytes: Uint8Array | undefined, metaData: string | null) {
  const { label = 'release', algorithm = 'SHA256_WITH_ECDSA', signedBy, metadataSignatureOver } = plan;
  const [wrapper, , keyName, payloadName] = kinds[kind];
  const inner = {
    ...(payloadName && bytes && { [payloadName]: base64Text(bytes) }),
    [keyName]: label,
    ...(['sign', 'csr', 'selfsign', 'issue'].includes(kind) && { signatureAlgorithm: algorithm }),
    ...required[kind],
    ...(kind === 'modify' && { policy: plan.requestedPolicy ?? plan.policy }),
    metaData,
    metaDataSignature: metadataSignatureOver && signedBy ? applicationSignature(signedBy, metadataSignatureOver) : null,
    ...(plan.keyPassword && { keyPassword: plan.keyPassword }),
    ...plan.more,
  };
  const requestSignature = signedBy && {
    signature: applicationSignature(signedBy, utf8Bytes(JSON.stringify(inner))),
    digestAlgorithm: 'SHA-256',
    publicKey: base64Text(spkiOf(plan.namedKey ?? signedBy)),
  };
  const body = { [wrapper]: inner, ...(requestSignature && { requestSignature }) };
  return { body, metaDataSignature: inner.metaDataSignature };
}

/** A task as an honest TSB answers it, from our own encoder; tests bend it afterwards. */
export function taskOf(plan: TaskPlan = {}): ApprovalTask {
  const { label = 'release', seconds = quickClock.now() / 1000 - 60 } = plan;
  const kind = plan.kind ?? (plan.policy ? 'modify' : 'sign');
  const operation = kind === 'block' || kind === 'unblock' || kind === 'modify' ? kind : 'use';
  const bytes =
    operation === 'block' || operation === 'unblock'
      ? undefined
      : plan.policy
        ? encodePolicyFrame(plan.policy)
        : (plan.payload ?? message(digestA));
  const payload = bytes && { kind: operation === 'modify' ? ('modify' as const) : ('use' as const), bytes };
  const timestamp = { ...(payload && { payload }), seconds, keyName: 'hsm-time' };
  const timestampBytes = encodeHsmTimestamp(timestamp);
  const timestampSignature = Uint8Array.from(sign('sha256', timestampBytes, plan.hsmKey ?? hsm.privateKey));
  const challenge = encodeApprovalChallenge({ operation, label, timestamp, timestampSignature, ...(payload && { payload }) });
  const metaData = plan.metadata
    ? base64Text(plan.metadata instanceof Uint8Array ? plan.metadata : encodeMetadata(plan.metadata))
    : null;
  const { body, metaDataSignature } = bodyOf(plan, kind, bytes, metaData);
  const keySpki = plan.keySpki ?? spki(keyPair.publicKey);
  const keyAttributes =
    plan.keyXml ??
    `<?xml version="1.0"?>\n<private_key><label>${label}</label><public_key>${base64Text(keySpki)}</public_key></private_key>`;
  return {
    id: plan.id ?? 'aaaaaaaa-0000-4000-8000-000000000001',
    detailLevel: 'level5',
    approvalToBeSigned: base64Text(challenge),
    approverPublicKey: base64Text(approverKey.spki),
    metaData,
    metaDataSignature,
    payload: bytes ? base64Text(bytes) : null,
    payloadType: null,
    requestBase64: base64Text(utf8Bytes(JSON.stringify(body))),
    signedSignRequest: null,
    [kinds[kind][1]]: body,
    timestamp: base64Text(timestampBytes),
    timestampSignature: base64Text(timestampSignature),
    timestampSignatureAlgorithm: 'SHA256_WITH_ECDSA',
    timestampSignatureWithAlgorithm: null,
    keyAttributes,
    keyAttributesSignature: plan.attested ? applicationSignature(attestor().privateKey, utf8Bytes(keyAttributes)) : null,
  } as unknown as ApprovalTask;
}

/** A full attestation text of the key (§2.3). */
export function keyXmlOf(
  may: { sign: boolean; decrypt: boolean; unwrap: boolean },
  policy = '',
  label = 'release',
  publicKey = spki(keyPair.publicKey),
): string {
  const flag = (name: string, value: boolean) => `<${name}>${value}</${name}>`;
  const fixed = 'sensitive always_sensitive'.split(' ').map((name) => flag(name, true));
  const loose = 'extractable never_extractable modifiable copyable destroyable unique'.split(' ').map((name) => flag(name, true));
  const flags = [flag('decrypt', may.decrypt), flag('sign', may.sign), flag('unwrap', may.unwrap), flag('derive', false)];
  return `<?xml version="1.0" encoding="UTF-8"?>
<private_key creation="generated"><label>${label}</label><create_time>2026-01-01T00:00:00Z</create_time><attest_time>2026-11-21T11:59:00Z</attest_time><key_use_count>1</key_use_count><algorithm>EC</algorithm><algorithm_oid>1.2.840.10045.2.1</algorithm_oid><curve_oid>1.2.840.10045.3.1.7</curve_oid><public_key>${base64Text(publicKey)}</public_key><attributes>${[...flags, ...fixed, ...loose].join('')}</attributes>${policy}</private_key>
`;
}

/** A binding that holds: what an application of ours writes. */
export const nonceOf = (n: number): string => n.toString(16).padStart(32, '0');

/** Honest metadata for a payload. */
export function metadataFor(payload: Uint8Array, digest: string, more: Partial<RequestMetadata> = {}): RequestMetadata {
  return {
    app: 'ci',
    facts: { format: 'toy', 'subject.digest': digest },
    claims: { tag: 'v1' },
    binding: {
      payloadSha256: hex(payload),
      operation: 'sign',
      algorithm: 'ecdsa-sha256',
      keyLabel: 'release',
      nonce: nonceOf(1),
      expiresAt: '2026-11-22T12:00:00Z',
    },
    ...more,
  };
}

/** An approver in front of a TSB that answers these tasks, or what a function answers to each question. */
export function approverBefore(tasks: unknown, options: Partial<Parameters<typeof createApprover>[0]> = {}) {
  const posted: Seen[] = [];
  const { fetch, seen } = fakeFetch((one) => {
    posted.push(one);
    const listed = /\/v1\/filtered\w+ApprovalTask$/.test(one.url);
    return listed ? json({ tasks: typeof tasks === 'function' ? tasks(one) : tasks }) : new Response(null, { status: 200 });
  });
  const approver = createApprover({
    client: clientOf(fetch),
    clock: quickClock,
    key: approverKey,
    formats: [toy],
    pinnedTimestampKey: spki(hsm.publicKey),
    ...options,
  });
  return { approver, seen, posted };
}

export const loginTime = (one: Seen | undefined): string => String((one?.json as { timestamp?: string } | undefined)?.timestamp);
