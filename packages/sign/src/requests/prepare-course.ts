import {
  base64Text,
  type CallOptions,
  type Claims,
  type Clock,
  type Descriptor,
  type FormatKey,
  hexText,
  invalidArgument,
  type KeyInfo,
  nodeCrypto,
  type PendingStore,
  type Prepared,
  SignError,
  type Signer,
  type Timestamper,
} from '@securosys/core';
import type { FormatIdentity } from '../formats/format-identity.js';
import type { RequestFormat } from '../formats/image-format.js';
import { type FormatTable, ownFormats } from '../image-formats.js';
import { RequestCourse } from './request-course.js';
import { type RequestIdentity, requestId } from './request-identity.js';
import { hasEnded, recordKey } from './request-record.js';
import type { RequestTarget } from './request-target.js';
import { takeUp } from './take-up.js';

/** How something is to be signed: the format, the key, and what is asked of them. */
export interface KeyedPlan {
  readonly id: string;
  readonly signer: Signer;
  readonly timestamper: Timestamper | undefined;
  readonly key: KeyInfo;
  readonly identity: Omit<RequestIdentity, 'reference'>;
  /** Certificates of the key, asked for once, and only when something is prepared; empty for a format that has none. */
  chain(): Promise<readonly Uint8Array[]>;
}

/** What a plan consists of before its key was asked about. */
export interface UnkeyedPlan {
  readonly id: string;
  readonly signer: Signer;
  readonly timestamper: Timestamper | undefined;
  readonly asked: FormatIdentity;
  readonly format: { readonly certified: boolean };
}

/** Asks the signer about its key. @throws SignError those of the signer */
export async function keyedPlan({ id, signer, timestamper, asked, format }: UnkeyedPlan, call: CallOptions): Promise<KeyedPlan> {
  const key = await signer.describe(call);
  let chain: Promise<readonly Uint8Array[]> | undefined;
  return {
    id,
    signer,
    timestamper,
    key,
    identity: {
      format: id,
      backend: signer.backend.id,
      spki: base64Text(key.spki),
      ...(key.ref.label !== undefined && { keyLabel: key.ref.label }),
      ...asked,
      ...(timestamper && { timestamped: true }),
    },
    chain: () => {
      chain ??= format.certified ? signer.chain(call).then(whole) : Promise.resolve([]);
      return chain;
    },
  };
}

function whole(chain: readonly Uint8Array[]): readonly Uint8Array[] {
  if (chain.length > 0) return chain;
  throw new SignError(
    'ERR_CHAIN_INVALID',
    'the key has no certificates: give a chain to createSigner, or import one at the backend',
    { details: { rule: 'chain-empty' } },
  );
}

/** One thing that is to be signed. */
export interface CourseSubject<T> {
  readonly about: Pick<RequestIdentity, 'reference'> & Partial<RequestIdentity>;
  readonly subject: Descriptor;
  readonly claims: Claims;
  prepare(key: FormatKey, identity: RequestIdentity, clock: Clock): Prepared<unknown>;
  target(identity: RequestIdentity, clock: Clock): RequestTarget<T>;
}

/** What the caller may say about where requests are kept and by which clock. */
export interface CourseOptions {
  readonly claims?: Claims;
  readonly store?: PendingStore;
  readonly clock?: Clock;
  /** Formats that the identity may name. Default: those of the house. */
  readonly formats?: FormatTable;
}

/** Takes up the signing request that the store holds about the same thing, or prepares one. */
export async function prepareCourse<T>(
  { about, subject, claims, prepare, target }: CourseSubject<T>,
  plan: KeyedPlan,
  options: CourseOptions,
): Promise<RequestCourse<T>> {
  const { signer, key, timestamper } = plan;
  const { clock = signer.clock, store = signer.store, formats = ownFormats } = options;
  const identity: RequestIdentity = { ...plan.identity, ...about };
  const parts = { signer, store, clock, target: target(identity, clock), timestamper, formats };
  const id = requestId(identity);
  const stored = await store.get(recordKey(id));
  if (stored && !hasEnded(stored))
    return new RequestCourse({ ...takeUp(stored, id, clock.now(), formats), ...parts, origin: 'stored' });
  const { spec, spki, assurance } = key;
  const prepared = prepare({ spec, spki, chain: await plan.chain(), assurance }, identity, clock);
  // What a later process could not tell from something altered is not asked for in the first place.
  const format = formats.request(identity.format) as RequestFormat;
  if (!format.about(prepared, identity))
    invalidArgument('an attribute or annotation cannot be shown to people as it is: leave out what is not printable text');
  const nonce = hexText(nodeCrypto().randomBytes(16));
  const record = { identity, claims: { ...claims, ...options.claims }, nonce, prepared: prepared.toJSON() };
  const replaces = typeof stored?.nonce === 'string' ? { replaces: stored.nonce } : {};
  return new RequestCourse({ record, prepared, subject, ...parts, ...replaces, origin: 'new' });
}
