import {
  type Claims,
  type Clock,
  canonicalJson,
  createSigner,
  type Format,
  type Guard,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  type KeyBackend,
  type KeyInfo,
  type OperationState,
  type PendingStore,
  type Prepared,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import { keptWork } from './kept-work.js';

const kind = 'certificate-work';

/** Something about a key that people may have to approve, and that a second run of the program continues. */
export interface SignOnce {
  readonly backend: KeyBackend;
  readonly key: KeyInfo;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly guards: readonly Guard[];
  /** What makes two runs one. */
  readonly identity: JsonObject;
  readonly format: Pick<Format<Uint8Array>, 'id' | 'restore' | 'explain'>;
  /** What approvers are told, as claims. */
  readonly claims?: Claims;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  prepare(): Promise<Prepared<Uint8Array>>;
  onProgress(state: OperationState, requestId: string | undefined): void;
  /** Keeps the result; when that fails, a later run gets it again without asking anybody. */
  keep?(artifact: Uint8Array): Promise<void>;
}

async function preparedOnce({ store, identity, format, prepare }: SignOnce, key: string): Promise<Prepared<Uint8Array>> {
  const prepared = await prepare();
  const record = { kind, version: 1, identity, prepared: prepared.toJSON() };
  if (await store.put(key, record, { ifAbsent: true })) return prepared;
  const known = await store.get(key);
  const json = known?.prepared;
  if (!isJsonObject(json)) throw new SignError('ERR_STORE', 'the record of an earlier run has just gone: run this again');
  const kept = keptWork(json, prepared, format);
  if (kept) return kept;
  // Whoever runs this again begins anew; people may still see what the altered bytes asked for.
  await store.delete(key);
  throw new SignError(
    'ERR_MALFORMED',
    'what an earlier run has kept for this is about something else: it was altered, or another release made it. It is thrown away: run this again',
  );
}

/**
 * Signs a certificate or a request for one. Its bytes are stored before anybody is asked, because they hold the moment and a random
 * number: a second run has to show people the same ones.
 * @returns what `prepare` prepared, DER
 * @throws SignError `ERR_APPROVAL_PENDING`, `ERR_MALFORMED` for bytes of an earlier run that somebody has altered, and those of `Signer.begin`
 */
export async function signOnce(work: SignOnce): Promise<Uint8Array> {
  const { backend, key, store, clock, guards, format, claims, timeoutMs, signal } = work;
  const recordKey = sha256Hex(utf8Bytes(canonicalJson({ kind, version: 1, backend: backend.id, ...work.identity })));
  const waits = key.needsApproval !== false;
  const prepared = waits ? await preparedOnce(work, recordKey) : await work.prepare();
  const [part] = prepared.parts;
  if (!part) return invalidArgument('there is nothing to sign');
  const signer = createSigner(backend, key.ref, { formats: [format], store, clock, guards, allowCertificates: true });
  const call = signal ? { signal } : {};
  let kept = true;
  try {
    const { id, algorithm, input, domain } = part;
    const operation = await signer.begin({ algorithm, input, domain, ...(claims && { claims }) }, call);
    const onProgress = (state: OperationState) => work.onProgress(state, operation.id);
    if (operation.id !== undefined) onProgress(operation.state);
    const signature = await operation.result({ ...call, timeoutMs, onProgress });
    const artifact = prepared.assemble({ [id]: signature });
    kept = false;
    await work.keep?.(artifact);
    kept = true;
    await operation.release();
    if (waits) await store.delete(recordKey);
    return artifact;
  } catch (error) {
    const undecided = !SignError.is(error) || error.retryable || error.code === 'ERR_APPROVAL_PENDING';
    if (waits && kept && !undecided) await store.delete(recordKey);
    throw error;
  }
}
