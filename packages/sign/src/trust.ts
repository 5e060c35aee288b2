import { type Clock, invalidArgument, knownOptions, utf8Bytes } from '@securosys/core';
import type { CosignTrust } from '@securosys/cosign';
import {
  type BlobTrustPolicy,
  type ChainCache,
  createChainCache,
  type EvaluateRules,
  parseBlobTrustPolicy,
  parseTrustPolicy,
  type TrustPolicy,
  type TrustStore,
  trustStoreFromCertificates,
  trustStoreFromFolder,
} from '@securosys/notation-envelope';
import { createMemoryCrlCache, createRevocationChecker, type RevocationChecker } from '@securosys/pki';

type PolicyDocument = string | Uint8Array | Readonly<Record<string, unknown>>;

/** What is judged besides the policy. Everything that loosens a rule is off by default. */
export interface NotationTrustRules
  extends Pick<
    EvaluateRules,
    'requireExpiry' | 'userMetadata' | 'allowEmulated' | 'understoodAttributes' | 'plugins' | 'pluginConfig' | 'compatibility'
  > {
  /** What registry scopes are matched with for images in layouts, which have no repository name. Default `local/layout`. */
  layoutScope?: string;
  /** Refuse signatures older than this many milliseconds, or from the future. Default: any age. */
  maxSignatureAgeMs?: number;
  /** Most signatures looked at for one manifest. Default 100; reaching it without a trusted one is a verdict of its own. */
  maxSignatures?: number;
  /**
   * Who asks whether certificates were revoked. Default: OCSP and CRLs over http to public addresses, CRLs kept in memory. `createRevocationChecker`
   * makes others, with a cache in a folder for example. With `none` nobody is asked, and certificates that name OCSP or CRLs fail the check.
   */
  revocation?: RevocationChecker | 'none';
}

/** Whom to believe, in the terms of the Notary Project. */
export interface NotationTrustOptions extends NotationTrustRules {
  /** A trust policy document 1.0: its JSON as text (not a path) or bytes, or the same as an object. Needed for images. */
  policy?: PolicyDocument;
  /** A trust policy document 1.0 for blobs, in the same forms. Needed for blobs. */
  blobPolicy?: PolicyDocument;
  /** A folder as Notation lays it out (`…/truststore`, with `x509/ca/{name}/*.pem` in it), DER certificates by `{type}:{name}`, or your own. */
  trustStore: string | Readonly<Record<string, readonly Uint8Array[]>> | TrustStore;
}

/** Trust by Notary Project signatures. Certificates and chains that were checked are remembered with it, verdicts never. */
export interface NotationTrust {
  readonly kind: 'notation';
  readonly policy?: TrustPolicy;
  readonly blobPolicy?: BlobTrustPolicy;
  readonly trustStore: TrustStore;
  readonly layoutScope: string;
  readonly maxSignatures: number;
  readonly rules: Omit<NotationTrustRules, 'layoutScope' | 'maxSignatures' | 'revocation'>;
  /** `undefined`: nobody is asked. */
  revocation(clock: Clock): RevocationChecker | undefined;
  readonly cache: ChainCache;
}

/** What makes an image trusted: one tagged value, never inferred. */
export type Trust = NotationTrust | CosignTrust;

export const trustRuleNames = [
  'layoutScope',
  'maxSignatureAgeMs',
  'requireExpiry',
  'userMetadata',
  'maxSignatures',
  'allowEmulated',
  'understoodAttributes',
  'revocation',
  'plugins',
  'pluginConfig',
  'compatibility',
];

/**
 * Trust by Notary Project signatures: a trust policy and the trust stores it names. Make it once and keep it: what it remembers makes
 * verifying faster.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_CHAIN_INVALID`
 */
export function notationTrust(options: NotationTrustOptions): NotationTrust {
  knownOptions('notationTrust', options, ['policy', 'blobPolicy', 'trustStore', ...trustRuleNames]);
  const { policy, blobPolicy, trustStore, ...rules } = options;
  if (policy === undefined && blobPolicy === undefined) invalidArgument('policy is not a trust policy document');
  return trustOf(
    {
      ...(policy !== undefined && { policy: parseTrustPolicy(documentOf(policy, 'policy')) }),
      ...(blobPolicy !== undefined && { blobPolicy: parseBlobTrustPolicy(documentOf(blobPolicy, 'blobPolicy')) }),
      trustStore: storeOf(trustStore),
    },
    rules,
  );
}

/** The trust value of parsed policies and a trust store. */
export function trustOf(
  parsed: Pick<NotationTrust, 'policy' | 'blobPolicy' | 'trustStore'>,
  options: NotationTrustRules,
): NotationTrust {
  const { layoutScope = 'local/layout', maxSignatures = 100, revocation, ...rules } = options;
  if (!Number.isSafeInteger(maxSignatures) || maxSignatures < 1) invalidArgument('maxSignatures is a whole number of at least 1');
  if (typeof layoutScope !== 'string' || layoutScope === '') invalidArgument('layoutScope is a text such as local/layout');
  return {
    kind: 'notation',
    ...parsed,
    layoutScope,
    maxSignatures,
    rules,
    revocation: revocationOf(revocation),
    cache: createChainCache(),
  };
}

function revocationOf(given: NotationTrustRules['revocation']): NotationTrust['revocation'] {
  if (given === 'none') return () => undefined;
  if (given !== undefined) {
    if (typeof given?.check !== 'function') invalidArgument("revocation is a revocation checker, or 'none'");
    return () => given;
  }
  const byClock = new WeakMap<Clock, RevocationChecker>();
  return (clock) => {
    const checker = byClock.get(clock) ?? createRevocationChecker({ clock, cache: createMemoryCrlCache() });
    byClock.set(clock, checker);
    return checker;
  };
}

function documentOf(document: PolicyDocument, name: string): Uint8Array | Readonly<Record<string, unknown>> {
  if (typeof document !== 'string' && (typeof document !== 'object' || document === null))
    return invalidArgument(`${name} is not a trust policy document`);
  if (typeof document !== 'string') return document;
  // A string trustStore is a path, so a path is what people try here as well.
  if (!/^\s*\{/.test(document)) invalidArgument(`${name} is the document itself, not a path: read the file first`);
  return utf8Bytes(document);
}

function storeOf(store: NotationTrustOptions['trustStore']): TrustStore {
  if (typeof store !== 'string' && (typeof store !== 'object' || store === null))
    return invalidArgument('trustStore is neither a folder nor certificates');
  if (typeof store === 'string') return trustStoreFromFolder(store);
  return typeof store.load === 'function'
    ? (store as TrustStore)
    : trustStoreFromCertificates(store as Record<string, Uint8Array[]>);
}
