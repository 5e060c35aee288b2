import {
  type Clock,
  createMemoryStore,
  hexText,
  invalidArgument,
  knownOptions,
  nodeCrypto,
  type PendingStore,
  SignError,
  type Signer,
  systemClock,
} from '@securosys/core';
import { createOci } from '@securosys/oci';
import { forMany } from '../for-many.js';
import { checkTimestamper } from '../sign-plans.js';
import { InFlight } from './in-flight.js';
import { itemsOf } from './items-of-input.js';
import { mostInFlight } from './publish-items.js';
import { runningRequest } from './renew-request.js';
import type { PrepareRequestOptions, RequestItemInput } from './request-inputs.js';
import { RequestRegister } from './request-register.js';
import type { SigningRequest } from './request-types.js';
import { mostItems } from './stored-request.js';
import { assertAllowed, checkTargets } from './targets.js';

const longestMs = 1_000 * 365 * 86_400_000;

/** Names of {@link PrepareRequestOptions}. */
export const prepareRequestNames = [
  'signer',
  'timestamper',
  'store',
  'oci',
  'clock',
  'claims',
  'publish',
  'targets',
  'expiresAfterMs',
  'signal',
  'timeoutMs',
  'logger',
];

/**
 * Prepares one signing request for several images, formats, attestations and blobs, each with its own key if wanted: every tag is resolved
 * once, and the exact bytes to be signed are made. Nobody is asked and nothing is written before {@link SigningRequest.submit}.
 *
 * @example
 * ```ts
 * import { prepareSigningRequest, SignError, type Signer } from '@securosys/sign';
 * declare const signer: Signer;
 * const request = await prepareSigningRequest(
 *   [
 *     { image: 'registry.example/app:1.4', format: ['notation-jws', 'cosign'] },
 *     { image: 'registry.example/app:1.4', predicateType: 'spdxjson', predicate: { spdxVersion: 'SPDX-2.3' } },
 *   ],
 *   { signer, targets: ['registry.example/app'], claims: { reason: 'release 1.4' } },
 * );
 * await request.submit();
 * try {
 *   await request.complete({ approvalTimeoutMs: 600_000 });
 * } catch (error) {
 *   if (!SignError.is(error, 'ERR_APPROVAL_PENDING')) throw error;
 *   console.log('people decide; come back with', request.id);
 * }
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_POLICY_UNSAFE` for a target that is not allowed; those of the signers and the registry
 */
export async function prepareSigningRequest(
  items: readonly RequestItemInput[],
  options: PrepareRequestOptions = {},
): Promise<SigningRequest> {
  knownOptions('prepareSigningRequest', options, prepareRequestNames);
  const { publish = 'each', targets, expiresAfterMs, oci = createOci(), timestamper } = options;
  if (!Array.isArray(items) || items.length === 0) invalidArgument('a signing request has at least one item');
  if (publish !== 'each' && publish !== 'all') invalidArgument("publish is 'each' or 'all'");
  if (expiresAfterMs !== undefined && !(expiresAfterMs > 0 && expiresAfterMs <= longestMs))
    invalidArgument('expiresAfterMs is a number of milliseconds, at most a thousand years');
  checkTargets(targets);
  checkTimestamper(timestamper);
  const { store, clock } = surroundings(items, options);
  const shared = { ...forMany(options), oci, store, clock };
  const prepared = (await new InFlight(mostInFlight).all(items, (item) => itemsOf(item, shared))).flat();
  if (prepared.length > mostItems) throw new SignError('ERR_LIMIT', `a signing request has at most ${mostItems} items`);
  const ids = prepared.map(({ id }) => id);
  if (new Set(ids).size < ids.length) invalidArgument('the same thing with the same key and options is there twice');
  assertAllowed(
    targets,
    prepared.flatMap(({ repositories }) => repositories),
  );
  const now = clock.now();
  const register = new RequestRegister(
    { store, clock },
    {
      publish,
      ...(expiresAfterMs !== undefined && { expiresAt: Math.floor(now + expiresAfterMs) }),
      items: ids,
      nonce: hexText(nodeCrypto().randomBytes(16)),
      createdAt: Math.floor(now),
      origin: 'new',
    },
  );
  return runningRequest({ register, items: prepared, store, clock, targets }, oci);
}

/** Where requests are kept and by which clock, unless the caller says. */
function surroundings(
  items: readonly RequestItemInput[],
  { store, clock, signer }: PrepareRequestOptions,
): { store: PendingStore; clock: Clock } {
  const first: Signer | undefined = signer ?? items.flatMap((item) => ('signer' in item && item.signer) || []).at(0);
  return { store: store ?? first?.store ?? createMemoryStore(), clock: clock ?? first?.clock ?? systemClock };
}
