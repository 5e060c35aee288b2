import { type CallOptions, type JsonObject, knownOptions, type Operation, type PendingStore } from '@securosys/core';
import type { BackendParts } from '../backend/parts.js';
import type { CertificateLevelOptions } from '../client/certificate-level.js';
import type { ModifyOptions } from '../client/changes.js';
import type { KeySafetyOptions } from '../client/key-safety.js';
import { checkFunctions } from '../client/options.js';
import type { TsbResults } from './accept.js';
import type { TsbCsrRequest, TsbSelfSignRequest, TsbSignCertificateRequest } from './certificates.js';
import type { TsbKeyRequest, TsbModifyRequest } from './changes.js';
import type { TsbDecryptRequest } from './decrypt.js';
import type { TsbActKind } from './identity.js';
import type { TsbKeyChange } from './key-change.js';
import type { TsbUnwrapRequest } from './unwrap.js';

/** Where the operations of a backend are remembered. */
export interface TsbOperationsOptions {
  /** Where intents and request ids are kept; results never are. Default: memory of this process, which a crash forgets. */
  readonly store?: PendingStore;
  /** Uniform in [0, 1), for polling jitter. */
  readonly random?: () => number;
}

/**
 * What a TSB does beside signing. Each call answers an operation: finished where the rules of the key ask nobody, else a request on
 * which people decide. The same call again, in this process or another one with the same store, continues the same request; `resume`
 * does so from what `Operation.toJSON` gave. A lost answer never makes a second request.
 *
 * All of them throw `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`, `ERR_KEY_NOT_USABLE`, `ERR_OUTCOME_UNKNOWN` (a request may exist whose id
 * was lost), `ERR_INVALID_ARGUMENT` (a password that approvers would see), and what the client's calls throw.
 *
 * @example
 * ```ts
 * import { createFolderStore } from '@securosys/core/folder-store';
 * import { createTsbBackend } from '@securosys/tsb-client';
 *
 * const backend = createTsbBackend({ url: 'http://localhost:8080', auth: { type: 'none' } });
 * const operations = backend.operations({ store: createFolderStore('pending') });
 * const blocking = await operations.block({ label: 'release-2026', claims: { why: 'a laptop was stolen' } });
 * for await (const { status, approvals, estimate } of blocking.updates())
 *   console.log(status, approvals?.notYetApprovedBy, estimate?.timeLeftMs);
 * const { attributes } = await blocking.result();
 * await blocking.release();
 * console.log(attributes?.json.policy?.keyStatus?.blocked);
 * ```
 */
export interface TsbOperations {
  /**
   * The plaintext. Its request is deleted at the TSB before the plaintext is given out, because everybody with an operation key can
   * read results there: it is the caller's to keep, and comes once (S14).
   */
  decrypt(request: TsbDecryptRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  /** A new key out of a wrapped one. @throws SignError `ERR_POLICY_UNSAFE`, `ERR_CAPABILITY_MISSING` for a policy where people decide */
  unwrap(request: TsbUnwrapRequest, options?: CallOptions & KeySafetyOptions): Promise<Operation<TsbKeyChange>>;
  /** Makes a key refuse every use until it is unblocked. */
  block(request: TsbKeyRequest, options?: CallOptions): Promise<Operation<TsbKeyChange>>;
  unblock(request: TsbKeyRequest, options?: CallOptions): Promise<Operation<TsbKeyChange>>;
  /** Replaces all four rules of a key. @throws SignError `ERR_POLICY_UNSAFE` */
  modify(request: TsbModifyRequest, options?: CallOptions & ModifyOptions): Promise<Operation<TsbKeyChange>>;
  /** A certificate signing request, PKCS#10 DER, checked to be signed by this key for this name. */
  requestCertificate(request: TsbCsrRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  /** A self-signed certificate, DER, checked to be of this key and name, and an authority's only if asked for. */
  selfSign(request: TsbSelfSignRequest, options?: CallOptions & CertificateLevelOptions): Promise<Operation<Uint8Array>>;
  /**
   * A certificate out of somebody's signing request, DER, checked to be for the key and name asked for, and signed by this key as far
   * as the key may be read. Whether whoever asks holds the other key is the caller's, and the TSB's, to check.
   */
  signCertificate(
    request: TsbSignCertificateRequest,
    options?: CallOptions & CertificateLevelOptions,
  ): Promise<Operation<Uint8Array>>;
  /**
   * Takes up an operation from its `toJSON`, which may be hostile: it can name a request, but what that request results in has to fit
   * what the JSON says, and gives nobody more than an operation key does.
   * @throws SignError `ERR_MALFORMED`; `ERR_INVALID_ARGUMENT` for another backend's; `ERR_REQUEST_NOT_FOUND`
   */
  resume<K extends TsbActKind>(json: JsonObject & { readonly kind: K }, options?: CallOptions): Promise<Operation<TsbResults[K]>>;
  resume(json: JsonObject, options?: CallOptions): Promise<Operation<TsbResults[TsbActKind]>>;
}

type Named = Exclude<keyof TsbOperations, 'resume'>;

/**
 * {@link TsbOperations} over the parts of a backend. What they are made of loads with the first call: most programs only sign.
 * @internal
 */
export function tsbOperations(parts: BackendParts, options: TsbOperationsOptions): TsbOperations {
  knownOptions('operations', options, ['store', 'random']);
  checkFunctions('store', options.store, ['get', 'put', 'delete']);
  let loaded: Promise<TsbOperations> | undefined;
  const load = (): Promise<TsbOperations> => {
    loaded ??= import('./operation-calls.js').then(({ operationCalls }) => operationCalls(parts, options));
    return loaded;
  };
  const later = <N extends Named>(name: N): TsbOperations[N] => {
    const call = async (...given: readonly unknown[]): Promise<unknown> => {
      const operations = await load();
      const run = operations[name] as (...args: readonly unknown[]) => Promise<unknown>;
      return run(...given);
    };
    return call as TsbOperations[N];
  };
  const resume = async (json: JsonObject, call?: CallOptions): Promise<Operation<TsbResults[TsbActKind]>> => {
    const operations = await load();
    return operations.resume(json, call);
  };
  return {
    decrypt: later('decrypt'),
    unwrap: later('unwrap'),
    block: later('block'),
    unblock: later('unblock'),
    modify: later('modify'),
    requestCertificate: later('requestCertificate'),
    selfSign: later('selfSign'),
    signCertificate: later('signCertificate'),
    resume: resume as TsbOperations['resume'],
  };
}
