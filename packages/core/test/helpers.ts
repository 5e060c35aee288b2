import { keyMaterial } from '../../../tests/rsa-key.js';
import { type BeginResult, type Clock, type KeyBackend, type KeyOperation, type RequestState, SignError } from '../src/index.js';
import { createMemoryBackend } from '../src/memory.js';

/** Time that moves only when somebody sleeps. */
export function fastClock(start = 1_000_000): Clock & { now(): number; advance(ms: number): void } {
  let time = start;
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      time += ms;
    },
  };
}

export interface ApprovalBackend extends KeyBackend {
  /** Every request ever created, by id. */
  readonly requests: Map<string, { operation: KeyOperation; state: RequestState }>;
  decide(id: string, status: 'executed' | 'rejected' | 'expired' | 'failed'): Promise<void>;
  /** Called at the named instants; throwing there is dying there. */
  crash?: (instant: 'before-create' | 'after-create') => void;
}

/** A backend whose key needs approval, over the memory backend's software keys. */
export async function approvalBackend(spec: 'ec-p256' | 'rsa-2048' = 'ec-p256'): Promise<ApprovalBackend> {
  const software = createMemoryBackend({ id: 'approvals' });
  const key = keyMaterial(spec);
  if ('privateKey' in key) software.addKey({ label: 'release', ...key });
  else await software.createKey({ label: 'release', ...key });
  const requests: ApprovalBackend['requests'] = new Map();
  const backend: ApprovalBackend = {
    id: 'approvals',
    requests,
    describeKey: async (ref) => ({ ...(await software.describeKey(ref)), needsApproval: true }),
    async begin(operation): Promise<BeginResult> {
      backend.crash?.('before-create');
      const id = `request-${requests.size + 1}`;
      requests.set(id, { operation, state: { status: 'pending' } });
      backend.crash?.('after-create');
      return { pending: id };
    },
    async poll(id) {
      const request = requests.get(id);
      if (!request) throw new SignError('ERR_REQUEST_NOT_FOUND', `no request ${id}`);
      return request.state;
    },
    async cancel(id) {
      const request = requests.get(id);
      if (request) request.state = { status: 'cancelled' };
    },
    async *candidates() {
      yield* requests.keys();
    },
    async decide(id, status) {
      const request = requests.get(id);
      if (!request) throw new Error(`no request ${id}`);
      const begun = status === 'executed' ? await software.begin(request.operation) : undefined;
      request.state = begun && 'done' in begun ? { status: 'executed', result: begun.done } : { status: status as 'rejected' };
    },
    close: () => software.close(),
  };
  return backend;
}

/** A message of the JWS domain, so that no test needs `allowOpaque`. */
export const jwsMessage = (payload = 'e30'): Uint8Array =>
  new TextEncoder().encode(`${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${payload}`);
