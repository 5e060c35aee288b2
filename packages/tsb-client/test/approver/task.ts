import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { base64Text, type SigningFacts, utf8Bytes } from '@securosys/core';
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

export interface TaskPlan {
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
}

/** A task as an honest TSB answers it, from our own encoder; tests bend it afterwards. */
export function taskOf(plan: TaskPlan = {}): ApprovalTask {
  const { label = 'release', seconds = quickClock.now() / 1000 - 60, algorithm = 'SHA256_WITH_ECDSA' } = plan;
  const bytes = plan.policy ? encodePolicyFrame(plan.policy) : (plan.payload ?? message(digestA));
  const payload = { kind: plan.policy ? ('modify' as const) : ('use' as const), bytes };
  const timestamp = { payload, seconds, keyName: 'hsm-time' };
  const timestampBytes = encodeHsmTimestamp(timestamp);
  const timestampSignature = Uint8Array.from(sign('sha256', timestampBytes, plan.hsmKey ?? hsm.privateKey));
  const operation = plan.policy ? ('modify' as const) : ('use' as const);
  const challenge = encodeApprovalChallenge({ operation, label, timestamp, timestampSignature, payload });
  const metaData = plan.metadata
    ? base64Text(plan.metadata instanceof Uint8Array ? plan.metadata : encodeMetadata(plan.metadata))
    : null;
  const password = plan.keyPassword && { keyPassword: plan.keyPassword };
  const body = plan.policy
    ? { modifyRequest: { modifyKeyName: label, policy: plan.requestedPolicy ?? plan.policy, ...password } }
    : { signRequest: { payload: base64Text(bytes), signKeyName: label, signatureAlgorithm: algorithm, metaData, ...password } };
  const keySpki = plan.keySpki ?? spki(keyPair.publicKey);
  return {
    id: 'aaaaaaaa-0000-4000-8000-000000000001',
    detailLevel: 'level5',
    approvalToBeSigned: base64Text(challenge),
    approverPublicKey: base64Text(approverKey.spki),
    metaData,
    metaDataSignature: null,
    payload: base64Text(bytes),
    payloadType: null,
    requestBase64: base64Text(utf8Bytes(JSON.stringify(body))),
    signedSignRequest: plan.policy ? null : body,
    signedModifyKeyRequest: plan.policy ? body : null,
    timestamp: base64Text(timestampBytes),
    timestampSignature: base64Text(timestampSignature),
    timestampSignatureAlgorithm: 'SHA256_WITH_ECDSA',
    timestampSignatureWithAlgorithm: null,
    keyAttributes: `<?xml version="1.0"?>\n<private_key><label>${label}</label><public_key>${base64Text(keySpki)}</public_key></private_key>`,
    keyAttributesSignature: null,
  } as ApprovalTask;
}

/** Honest metadata for a payload. */
export function metadataFor(payload: Uint8Array, digest: string, more: Partial<RequestMetadata> = {}): RequestMetadata {
  return {
    app: 'ci',
    facts: { format: 'toy', 'subject.digest': digest },
    claims: { tag: 'v1' },
    binding: { payloadSha256: hex(payload), operation: 'sign', algorithm: 'ecdsa-sha256', keyLabel: 'release' },
    ...more,
  };
}

/** An approver in front of a TSB that answers these tasks. */
export function approverBefore(tasks: unknown, options: Partial<Parameters<typeof createApprover>[0]> = {}) {
  const posted: Seen[] = [];
  const { fetch, seen } = fakeFetch((one) => {
    posted.push(one);
    return one.url.endsWith('/v1/filteredAllApprovalTask') ? json({ tasks }) : new Response(null, { status: 200 });
  });
  const approver = createApprover({ client: clientOf(fetch), clock: quickClock, key: approverKey, formats: [toy], ...options });
  return { approver, seen, posted };
}

export const loginTime = (one: Seen | undefined): string => String((one?.json as { timestamp?: string } | undefined)?.timestamp);
