import {
  base64Text,
  type Claims,
  type Descriptor,
  hexText,
  invalidArgument,
  type KeyInfo,
  nodeCrypto,
  SignError,
} from '@securosys/core';
import { durationSeconds } from './duration.js';
import { imageFormat } from './image-formats.js';
import { RequestCourse } from './request-course.js';
import { type RequestIdentity, recordKey, requestId } from './request-record.js';
import type { RequestTarget } from './request-target.js';
import { callOf, type SignOptions } from './sign-options.js';
import { isAbout, takeUp } from './take-up.js';

/** What the requests of one call have in common. */
export interface KeyIdentity {
  readonly key: KeyInfo;
  readonly identity: Omit<RequestIdentity, 'reference'>;
  /** Asked for once, and only when something is prepared. */
  chain(): Promise<readonly Uint8Array[]>;
}

/** Asks the signer about its key and checks the options that are signed. */
export async function keyIdentity(options: SignOptions): Promise<KeyIdentity> {
  const { signer, annotations, attributes, signingAgent, expiry, timestamper } = options;
  const call = callOf(options);
  const expirySeconds = expiry === undefined ? undefined : durationSeconds(expiry);
  imageFormat(options.format);
  if (timestamper !== undefined && typeof timestamper?.timestamp !== 'function')
    invalidArgument('timestamper is a Timestamper: createTimestamper makes one');
  if (attributes !== undefined && !Array.isArray(attributes)) invalidArgument('attributes is a list');
  const key = await signer.describe(call);
  let chain: Promise<readonly Uint8Array[]> | undefined;
  return {
    key,
    identity: {
      format: options.format,
      backend: signer.backend.id,
      spki: base64Text(key.spki),
      ...(key.ref.label !== undefined && { keyLabel: key.ref.label }),
      ...(expirySeconds !== undefined && { expirySeconds }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(attributes && { attributes: attributes.map((attribute) => ({ ...attribute })) }),
      ...(signingAgent !== undefined && { signingAgent }),
      ...(timestamper && { timestamped: true }),
    },
    chain: () => {
      chain ??= signer.chain(call);
      return chain;
    },
  };
}

/** Takes up the signing request that the store holds about the same thing, or prepares one. */
export async function prepareCourse<T>(
  about: Pick<RequestIdentity, 'reference'> & Partial<RequestIdentity>,
  subject: Descriptor,
  claims: Claims,
  { key, identity: common, chain }: KeyIdentity,
  options: SignOptions,
  targetOf: (identity: RequestIdentity) => RequestTarget<T>,
): Promise<RequestCourse<T>> {
  const { signer, clock = signer.clock, store = signer.store, timestamper } = options;
  const identity: RequestIdentity = { ...common, ...about };
  const parts = { signer, store, clock, target: targetOf(identity), timestamper };
  const id = requestId(identity);
  const stored = await store.get(recordKey(id));
  if (stored) return new RequestCourse({ ...takeUp(stored, id, clock.now()), ...parts, stored: true });
  const certificates = await chain();
  if (certificates.length === 0)
    throw new SignError(
      'ERR_CHAIN_INVALID',
      'the key has no certificates: give a chain to createSigner, or import one at the backend',
      { details: { rule: 'chain-empty' } },
    );
  const { spec, spki, assurance } = key;
  const { expirySeconds, annotations, attributes, signingAgent } = identity;
  const { format } = imageFormat(identity.format);
  const prepared = format.prepare(
    subject,
    { spec, spki, chain: certificates, assurance },
    {
      clock,
      ...(expirySeconds !== undefined && { expirySeconds }),
      ...(annotations && { annotations }),
      ...(attributes && { attributes }),
      ...(signingAgent !== undefined && { signingAgent }),
    },
  );
  // What a later process could not tell from something altered is not asked for in the first place.
  if (!prepared.parts.every(({ facts }) => isAbout(facts, identity)))
    invalidArgument('an attribute or annotation cannot be shown to people as it is: leave out what is not printable text');
  const nonce = hexText(nodeCrypto().randomBytes(16));
  const record = { identity, claims: { ...claims, ...options.claims }, nonce, prepared: prepared.toJSON() };
  return new RequestCourse({ record, prepared, subject, ...parts, stored: false });
}
