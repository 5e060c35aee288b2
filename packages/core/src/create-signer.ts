import { type Act, type ActContext, type ActIdentity, actKey } from './act.js';
import type { KeyBackend, KeyInfo, KeyRef, SignOperation } from './backend.js';
import { checkedBatch } from './batch.js';
import { beginGuarded } from './begin-guarded.js';
import { hexText, ownBytes, sha256Hex } from './bytes.js';
import { systemClock } from './clock.js';
import { invalidArgument, knownOptions, SignError } from './errors.js';
import type { SigningFacts } from './facts.js';
import { guarding } from './guarding.js';
import type { SigningIntent } from './guards.js';
import { canonicalJson } from './json.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import { createMemoryStore } from './pending-store.js';
import { keyFromPublic, pin } from './pinned-key.js';
import { checkedContext, checkedInput, checkSignature } from './sign-checks.js';
import type { Signer, SignerOptions, SignRequest } from './signer.js';
import { backendPort, compareUse } from './use-of-key.js';
import { loadVerifier, type SignatureVerifier } from './verifier.js';

const optionNames = [
  'formats',
  'chain',
  'publicKey',
  'guards',
  'store',
  'allowCertificates',
  'allowOpaque',
  'allowBlind',
  'clock',
  'random',
];

/**
 * Binds a key. Every signature is verified with the key's public half before it is returned.
 * `sign` waits for people without limit unless `timeoutMs` is given; `begin` does not wait for them.
 *
 * @example
 * ```ts
 * import { createSigner } from '@securosys/core';
 * import { createMemoryBackend } from '@securosys/core/memory';
 *
 * const backend = createMemoryBackend();
 * await backend.createKey({ label: 'release', spec: 'ec-p256' });
 * const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true });
 * const message = new TextEncoder().encode('hello');
 * const signature = await signer.sign({ algorithm: 'ecdsa-sha256', input: { message } }); // 64 bytes, r‖s
 * ```
 */
export function createSigner(backend: KeyBackend, ref: KeyRef, options: SignerOptions = {}): Signer {
  knownOptions('createSigner', options, optionNames);
  if (typeof backend?.begin !== 'function' || typeof ref !== 'object' || ref === null)
    invalidArgument('createSigner needs a backend and a key reference');
  if (ref.label === undefined && ref.id === undefined && ref.spkiSha256 === undefined)
    invalidArgument('a key reference needs a label, an id or spkiSha256');
  const { guards = [], store = createMemoryStore(), clock = systemClock } = options;
  const asked = guarding(guards);
  let pinned: KeyInfo | undefined;
  const acts: ActContext = { store, clock, ...(options.random && { random: options.random }) };
  const port = backendPort(backend, 'sign');
  let verifier: SignatureVerifier | undefined;
  const loadedVerifier = async (spki: Uint8Array) => {
    verifier ??= await loadVerifier(spki);
    return verifier;
  };
  let chain: readonly Uint8Array[] | undefined;

  async function describe(call: CallOptions = {}): Promise<KeyInfo> {
    pinned ??= pin(ref, options.publicKey ? keyFromPublic(ref, options.publicKey) : await backend.describeKey(ref, call));
    return pinned;
  }

  /** All that is checked before anybody is asked. */
  async function intended(request: SignRequest, call: CallOptions): Promise<Intended> {
    const key = await describe(call);
    const { input, message } = checkedInput(request, key, options);
    const context = checkedContext(request);
    const batch = checkedBatch(request.batch, message && sha256Hex(message));
    const proven = explained(message, options.formats);
    if (proven && request.facts && canonicalJson(proven) !== canonicalJson(request.facts))
      throw new SignError('ERR_FACTS_MISMATCH', 'the facts given are not what the bytes say');
    const facts = proven ?? request.facts;
    const operation: SignOperation = {
      kind: 'sign',
      key: key.ref,
      algorithm: request.algorithm,
      input,
      ...(context && { context }),
      ...(facts && { facts }),
      ...(request.claims && { claims: request.claims }),
      ...(batch && { batch }),
    };
    const intent: SigningIntent = {
      purpose: 'sign',
      backend: backend.id,
      key,
      domain: request.domain,
      operation: { ...operation, facts: proven },
      inputSha256: sha256Hex(input.message ?? input.digest),
      ...(request.target && { target: request.target }),
      ...(batch && { batch }),
    };
    return { key, operation, intent };
  }

  async function begin(request: SignRequest, call: CallOptions = {}): Promise<Operation<Uint8Array>> {
    const { key, operation, intent } = await intended(request, call);
    const accept = acceptor({ backend, key, verifier: loadedVerifier }, operation);
    const act: Act<Uint8Array> = {
      port,
      identity: signIdentity(intent),
      recorded: key.needsApproval !== false,
      ...(key.approvalWindows && { windows: key.approvalWindows }),
      begin: (later) => backend.begin(operation, later),
      accept,
      compare: (id, state, later) => compareUse({ backend, operation, accept }, id, state, later),
    };
    return beginGuarded(asked, intent, act, acts, call);
  }

  return {
    backend,
    ref,
    store,
    clock,
    describe,
    begin,
    async check(request, call = {}) {
      const { intent } = await intended(request, call);
      await asked.judge(intent, call);
    },
    async published(publication, call = {}) {
      await asked.published({ ...publication, backend: backend.id, key: await describe(call) });
    },
    async chain(call = {}) {
      chain ??= Object.freeze((options.chain ?? (await backend.certificates?.(ref, call)) ?? []).map(ownBytes));
      return chain;
    },
    async sign(request, { timeoutMs, onProgress, ...call } = {}) {
      const operation = await begin(request, call);
      const wait = { ...call, ...(timeoutMs !== undefined && { timeoutMs }), ...(onProgress && { onProgress }) };
      const signature = await operation.result(wait);
      await operation.release();
      return signature;
    },
  };
}

/** A request, checked. */
interface Intended {
  readonly key: KeyInfo;
  readonly operation: SignOperation;
  readonly intent: SigningIntent;
}

/** By what a store knows a signature that was asked for. */
function signIdentity({ operation, inputSha256 }: SigningIntent): ActIdentity {
  const { kind, algorithm, context, key } = operation;
  return {
    kind,
    inputSha256,
    algorithm,
    ...(key.label !== undefined && { keyLabel: key.label }),
    ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
    ...(context && { context: hexText(context) }),
  };
}

/** Key of the record of a signature in a store: what is signed, with what, where. Holds no secret and no payload. */
export function pendingKey(intent: SigningIntent): string {
  return actKey(intent.backend, signIdentity(intent));
}

interface Signing {
  readonly backend: KeyBackend;
  readonly key: KeyInfo;
  readonly verifier: (spki: Uint8Array) => Promise<SignatureVerifier>;
}

/**
 * Checks a signature and gives it out in memory of its own. Made apart from `begin`, because it outlives it: whoever waits for
 * thousands of signatures keeps one copy of each message and nothing else.
 */
function acceptor({ backend, key, verifier }: Signing, { algorithm, context, input }: SignOperation): Act<Uint8Array>['accept'] {
  const message = input.message ?? input.preimage;
  const asked = { algorithm, ...(context && { context }) };
  return async (signature, options) => {
    await checkSignature(backend, { key, verifier: await verifier(key.spki) }, asked, message, signature, options);
    return ownBytes(signature);
  };
}

function explained(message: Uint8Array | undefined, formats: SignerOptions['formats'] = []): SigningFacts | undefined {
  for (const format of message ? formats : []) {
    const facts = format.explain(message as Uint8Array);
    if (facts) return facts;
  }
  return undefined;
}
