import { randomBytes } from 'node:crypto';
import { base64urlText, type Fetch, knownOptions, spkiOf } from '@securosys/core';
import { type AddKeyOptions, addKey, type FakeKey } from './add-key.js';
import type { ApproverKeyPair } from './approvals/approver-key.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { createPartition } from './create-partition.js';
import { type Fault, Faults } from './faults.js';
import { Gate } from './http/auth.js';
import { handleRequest, type Port } from './http/handle.js';
import { approveInProcess, authorizationTokenFor, type FakeRequest, listRequests, rejectInProcess } from './in-process.js';
import { type FakeTsbOptions, fakeTsbOptionNames } from './options.js';
import { refuseProduction } from './production-guard.js';
import { advance } from './requests/lifecycle.js';
import { memoryJournal } from './store/journal.js';

/** An emulated TSB in this process. Its keys are software keys, in memory only: never for production. */
export interface FakeTsb {
  /** The whole REST API as a web-standard handler. Rejects only when a `drop` fault hits. */
  handle(request: Request): Promise<Response>;
  /** The same as a `fetch`, to be handed to a client. */
  readonly fetch: Fetch;
  readonly url: string;
  /** The bearer token; empty when none is asked for. */
  readonly token: string;
  /** Puts a key into the partition. @throws SignError as `POST /v1/key` fails */
  addKey(options: AddKeyOptions): Promise<FakeKey>;
  /** Approves with a real signature. @throws SignError as `POST /v1/approval` fails */
  approve(requestId: string, approver: ApproverKeyPair): Promise<void>;
  /** Rejects with a real login signature. @throws SignError as `PATCH /v1/task` fails */
  reject(requestId: string, approver: ApproverKeyPair): Promise<void>;
  /** One `signedApprovals` entry, base64, over the challenge of a request. */
  signedApproval(requestId: string, approver: ApproverKeyPair): string;
  /** All requests, oldest first. */
  readonly requests: readonly FakeRequest[];
  /** The timer of the broker: executes what is due, ends what ran out (`tsb-rest-api.md` §4.4). */
  tick(): Promise<void>;
  /** Ways to misbehave, in process only. */
  readonly faults: { add(fault: Fault): void; clear(): void };
  readonly certificateAuthority: CertificateAuthority;
  /** SubjectPublicKeyInfo DER of the key that dates challenges, for approvers that pin it. */
  readonly timestampKey: Uint8Array;
  /** SubjectPublicKeyInfo DER of the key that signs key attributes. Reading it makes the key, which takes 50 to 500 ms. */
  readonly attestationKey: Uint8Array;
  /** DER of the root above the attestation key, for verifiers that pin it: fresh, and marked as emulated. */
  attestationRoot(): Promise<Uint8Array>;
  /** DER certificates of the attestation key and of the emulated device, as the TSB answers them: without the root. */
  attestationChain(): Promise<Uint8Array[]>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Like a network: an abort ends the caller's waiting while the broker goes on. */
function fetchOf(handle: FakeTsb['handle']): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return Promise.race([handle(request), aborted]);
  };
}

/** The emulator with the `Host` values it answers to; the server adds its own when it knows its port. */
export function createHostedFakeTsb(options: FakeTsbOptions, hosts: Set<string>): FakeTsb {
  refuseProduction(options, process.env.NODE_ENV);
  const url = options.url ?? 'https://tsb.emulated.invalid';
  const token = options.token === false ? undefined : (options.token ?? base64urlText(randomBytes(32)));
  const partition = createPartition(options.name ?? 'EMULATED', options, memoryJournal);
  const faults = new Faults(partition.clock);
  const gate = new Gate(token, options.apiKeys ?? {});
  const port: Port = { partition, gate, faults, hosts, maxBodyBytes: options.maxBodyBytes ?? 4 * 1024 * 1024 };
  let closed = false;
  const handle = async (request: Request) => {
    if (closed) throw new TypeError('fetch failed', { cause: new Error('the emulator is closed') });
    return handleRequest(port, request);
  };
  const close = async () => {
    closed = true;
  };
  return {
    handle,
    fetch: fetchOf(handle),
    url,
    token: token ?? '',
    addKey: (key) => addKey(partition, key),
    approve: (id, approver) => approveInProcess(partition, id, approver),
    reject: (id, approver) => rejectInProcess(partition, id, approver),
    signedApproval: (id, approver) => authorizationTokenFor(partition, id, approver),
    get requests() {
      return listRequests(partition);
    },
    tick: async () => {
      for (const request of partition.requests.all()) await advance(partition, request);
      partition.store.commit();
    },
    faults: { add: (fault) => faults.add(fault), clear: () => faults.clear() },
    certificateAuthority: partition.certificateAuthority,
    timestampKey: spkiOf(partition.timestampKey.publicKey),
    get attestationKey() {
      return spkiOf(partition.attestationKey.publicKey);
    },
    attestationRoot: () => partition.attestationChain.root(),
    attestationChain: () => partition.attestationChain.certificates(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * An emulated TSB without a port: hand `fetch` to a client, or `handle` to msw.
 *
 * @example
 * ```ts
 * import { createFakeTsb } from '@securosys/tsb-emulator';
 * const tsb = createFakeTsb();
 * await tsb.addKey({ label: 'release', spec: 'ec-p256' });
 * const answer = await tsb.fetch(`${tsb.url}/v1/key`, { headers: { authorization: `Bearer ${tsb.token}` } });
 * ```
 * @throws SignError `ERR_EMULATOR_REFUSED` when `NODE_ENV` is `production`, `ERR_INVALID_ARGUMENT`
 */
export function createFakeTsb(options: FakeTsbOptions = {}): FakeTsb {
  knownOptions('createFakeTsb', options, fakeTsbOptionNames);
  return createHostedFakeTsb(options, new Set([new URL(options.url ?? 'https://tsb.emulated.invalid').host]));
}
