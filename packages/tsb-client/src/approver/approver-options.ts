import { type CallOptions, invalidArgument, type KeyRef, knownOptions, type PendingStore, sanitizeText } from '@securosys/core';
import type { TsbBackendClient } from '../backend/options.js';
import { checkCallOptions, checkFunctions, checkObject, checkPositive, type TsbClientOptions } from '../client/options.js';
import { type AttestationAnchors, attestationAnchors } from './attested.js';
import type { ExplainingFormat } from './explain-payload.js';
import type { ApproverKey } from './key.js';
import { keyIdentity, type PinnedRequester, pinnedRequesters, type Requester } from './requester.js';
import { isTaskRisk, type TaskRisk } from './risks.js';
import { defaultMaxAgeMs, type TimestampAnchors, timestampAnchors } from './timestamp.js';

/** What an approver needs beyond a client. */
export interface ApproverStyle {
  readonly key: ApproverKey;
  /** Formats that explain payloads. What none of them explains is an unknown format. Certificates and requests for them are known. */
  readonly formats: readonly ExplainingFormat[];
  /**
   * SubjectPublicKeyInfo DER of the HSM's timestamp key, from whoever runs the HSM. Without it, and without `timestampKeys`, views carry
   * the risk `timestamp-unverified` and `approve` refuses unless `allowUnverifiedTimestamp`.
   */
  readonly pinnedTimestampKey?: Uint8Array;
  /** Several of them, for HSMs in a cluster or for a key that is being replaced. */
  readonly timestampKeys?: readonly Uint8Array[];
  /**
   * SubjectPublicKeyInfo DER of the HSM's attestation keys (RSA), from whoever runs the HSM; a verified attestation says which these are. A
   * task brings no certificates, so keys are pinned and no roots. Without them all that is said of a key and of its rules of today is the
   * TSB's word: each change of rules counts as `policy-weaker`, and each decryption as `blind`.
   */
  readonly attestationKeys?: readonly Uint8Array[];
  /** Applications whose requests are known, by the keys they sign requests with (§1.4). */
  readonly requesters?: readonly Requester[];
  /** Refuses to approve what no pinned application signed, or described in a way that holds no longer. Needs `requesters`. */
  readonly requireKnownRequester?: boolean;
  /** The only keys this approver decides about, pinned by `spkiSha256` where it is given. */
  readonly expectedKeys?: readonly KeyRef[];
  /**
   * Where the nonces of approved descriptions are kept, so that none is believed twice after a restart: one small record each, which may
   * go when the description has expired. For one approver key. Default: the last 10,000 are kept in memory.
   */
  readonly store?: PendingStore;
  /** Oldest request in milliseconds that can be approved. Default 30 days. */
  readonly maxAgeMs?: number;
}

/** Who approves, and the client to do it with: one of the caller's own, or options for a new one. */
export type ApproverOptions = ApproverStyle & (TsbClientOptions | TsbBackendClient);

/** Exceptions for one approval. */
export interface ApproveOptions extends CallOptions {
  /** Approves although nothing shows what is signed. */
  allowBlind?: boolean;
  /** Approves although no pinned HSM key vouches for the time of the request, and with it for its being a request of the HSM at all. */
  allowUnverifiedTimestamp?: boolean;
}

/** How many tasks are decided at once. */
export interface DecideOptions extends ApproveOptions {
  /** Risks that somebody has looked at for these very tasks; see `risksToAccept`. */
  acceptRisks?: readonly TaskRisk[];
}

/** Names of the members of {@link ApproverStyle}. */
export const styleNames = [
  'key',
  'formats',
  'pinnedTimestampKey',
  'timestampKeys',
  'attestationKeys',
  'requesters',
  'requireKnownRequester',
  'expectedKeys',
  'store',
  'maxAgeMs',
] as const satisfies readonly (keyof ApproverStyle)[];

/** {@link ApproverStyle}, read. */
export interface ReadStyle {
  readonly key: ApproverKey;
  readonly formats: readonly ExplainingFormat[];
  readonly anchors: TimestampAnchors;
  readonly attestors: AttestationAnchors;
  readonly requesters: readonly PinnedRequester[];
  readonly requireKnownRequester: boolean;
  readonly expectedKeys: readonly KeyRef[] | undefined;
  readonly store: PendingStore | undefined;
  readonly maxAgeMs: number;
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` for a public key that is none */
export function readStyle(options: ApproverStyle): ReadStyle {
  checkObject('options of createApprover', options);
  const { key, formats, expectedKeys, store, maxAgeMs = defaultMaxAgeMs, requireKnownRequester = false } = options;
  if (typeof key?.sign !== 'function' || !(key.spki instanceof Uint8Array)) invalidArgument('createApprover needs a key');
  if (expectedKeys !== undefined && !Array.isArray(expectedKeys)) invalidArgument('expectedKeys must be a list');
  if (!Array.isArray(formats)) invalidArgument('createApprover needs formats, if only an empty list');
  if (typeof requireKnownRequester !== 'boolean') invalidArgument('requireKnownRequester must be true or false');
  if (requireKnownRequester && options.requesters === undefined) invalidArgument('requireKnownRequester needs requesters');
  checkFunctions('store', store, ['get', 'put']);
  checkPositive('maxAgeMs', maxAgeMs, Number.MAX_SAFE_INTEGER);
  const anchors = timestampAnchors(options.pinnedTimestampKey, options.timestampKeys);
  const attestors = attestationAnchors(options.attestationKeys);
  const requesters = pinnedRequesters(options.requesters);
  return { key, formats, anchors, attestors, requesters, requireKnownRequester, expectedKeys, store, maxAgeMs };
}

/** Nobody asks and approves with one key (S43). @throws SignError `ERR_INVALID_ARGUMENT` */
export function refuseOwnApplication(options: ApproverOptions): void {
  const { key, applicationKey } = options as ApproverStyle & Pick<TsbClientOptions, 'applicationKey'>;
  if (applicationKey?.spki instanceof Uint8Array && keyIdentity(applicationKey.spki) === keyIdentity(key.spki))
    invalidArgument('applicationKey is the key of this approver: nobody asks and approves with one key');
}

const exceptions = ['allowBlind', 'allowUnverifiedTimestamp'] as const;

/** Splits the options of an approval into exceptions and those of the call. */
export function splitOptions(where: string, options: DecideOptions, more: readonly string[] = []) {
  checkObject(`options of ${where}`, options);
  knownOptions(where, options, ['signal', 'timeoutMs', 'logger', ...exceptions, ...more]);
  const { allowBlind = false, allowUnverifiedTimestamp = false, acceptRisks = [], ...call } = options;
  for (const [name, value] of Object.entries({ allowBlind, allowUnverifiedTimestamp }))
    if (typeof value !== 'boolean') invalidArgument(`${name} must be true or false`);
  if (!Array.isArray(acceptRisks)) invalidArgument('acceptRisks must be a list');
  for (const risk of acceptRisks)
    if (!isTaskRisk(risk)) invalidArgument(`acceptRisks: there is no risk '${sanitizeText(String(risk), 40)}'`);
  checkCallOptions(where, call);
  return { exceptions: { allowBlind, allowUnverifiedTimestamp }, acceptRisks, call };
}
