import { invalidArgument, knownOptions, utf8Bytes } from '@securosys/core';
import {
  parseTrustPolicy,
  type TrustPolicy,
  type TrustStore,
  trustStoreFromCertificates,
  trustStoreFromFolder,
} from '@securosys/notation-envelope';

/** Whom to believe, in the terms of the Notary Project. Everything that loosens a rule is off by default. */
export interface NotationTrustOptions {
  /** A trust policy document 1.0: its JSON as text (not a path) or bytes, or the same as an object. */
  policy: string | Uint8Array | Readonly<Record<string, unknown>>;
  /** A folder as Notation lays it out (`…/truststore`, with `x509/ca/{name}/*.pem` in it), DER certificates by `{type}:{name}`, or your own. */
  trustStore: string | Readonly<Record<string, readonly Uint8Array[]>> | TrustStore;
  /** What registry scopes are matched with for images in layouts, which have no repository name. Default `local/layout`. */
  layoutScope?: string;
  /** Refuse signatures older than this many milliseconds, or from the future. Default: any age. */
  maxSignatureAgeMs?: number;
  /** Refuse signatures that never expire. */
  requireExpiry?: boolean;
  /** Annotations that must be signed with exactly these values. */
  userMetadata?: Readonly<Record<string, string>>;
  /** Most signatures looked at. Default 100; reaching it without a trusted one is a verdict of its own. */
  maxSignatures?: number;
  /** Accepts what an emulator signed. It proves nothing: for development only (S34). */
  allowEmulated?: boolean;
}

/** Trust by Notary Project signatures. */
export interface NotationTrust {
  readonly kind: 'notation';
  readonly policy: TrustPolicy;
  readonly trustStore: TrustStore;
  readonly layoutScope: string;
  readonly maxSignatures: number;
  readonly rules: Pick<NotationTrustOptions, 'maxSignatureAgeMs' | 'requireExpiry' | 'userMetadata' | 'allowEmulated'>;
}

/** What makes an image trusted: one tagged value, never inferred. */
export type Trust = NotationTrust;

const names = [
  'policy',
  'trustStore',
  'layoutScope',
  'maxSignatureAgeMs',
  'requireExpiry',
  'userMetadata',
  'maxSignatures',
  'allowEmulated',
];

/**
 * Trust by Notary Project signatures: a trust policy and the trust stores it names.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_CHAIN_INVALID`
 */
export function notationTrust(options: NotationTrustOptions): NotationTrust {
  knownOptions('notationTrust', options, names);
  const { policy, trustStore, layoutScope = 'local/layout', maxSignatures = 100, ...rules } = options;
  if (typeof policy !== 'string' && (typeof policy !== 'object' || policy === null))
    invalidArgument('policy is not a trust policy document');
  // A string trustStore is a path, so a path is what people try here as well.
  if (typeof policy === 'string' && !/^\s*\{/.test(policy))
    invalidArgument('policy is the document itself, not a path: read the file first');
  if (!Number.isSafeInteger(maxSignatures) || maxSignatures < 1) invalidArgument('maxSignatures is a whole number of at least 1');
  return {
    kind: 'notation',
    policy: parseTrustPolicy(typeof policy === 'string' ? utf8Bytes(policy) : policy),
    trustStore: storeOf(trustStore),
    layoutScope,
    maxSignatures,
    rules,
  };
}

function storeOf(store: NotationTrustOptions['trustStore']): TrustStore {
  if (typeof store !== 'string' && (typeof store !== 'object' || store === null))
    return invalidArgument('trustStore is neither a folder nor certificates');
  if (typeof store === 'string') return trustStoreFromFolder(store);
  return typeof store.load === 'function'
    ? (store as TrustStore)
    : trustStoreFromCertificates(store as Record<string, Uint8Array[]>);
}
