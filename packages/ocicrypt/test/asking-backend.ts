import { type KeyBackend, type KeyOperation, type RequestState, SignError } from '@securosys/core';
import type { MemoryBackend } from '@securosys/core/memory';

/** The keys of a software backend, whose uses people decide on; a request that is cancelled is gone with its result. */
export function askingBackend(software: MemoryBackend) {
  const requests = new Map<string, { readonly operation: KeyOperation; state: RequestState }>();
  let made = 0;
  const backend: KeyBackend = {
    id: 'people',
    describeKey: async (ref) => ({ ...(await software.describeKey(ref)), needsApproval: true }),
    async begin(operation) {
      const id = `request-${++made}`;
      requests.set(id, { operation, state: { status: 'pending' } });
      return { pending: id };
    },
    async poll(id) {
      const request = requests.get(id);
      if (!request) throw new SignError('ERR_REQUEST_NOT_FOUND', 'gone');
      return request.state;
    },
    async cancel(id) {
      requests.delete(id);
    },
    async *candidates() {
      yield* requests.keys();
    },
    close: async () => undefined,
  };
  return {
    backend,
    requests,
    /** Requests that were ever made. */
    made: () => made,
    /** Approves everything that waits. */
    async approve() {
      for (const request of requests.values()) {
        const begun = await software.begin(request.operation);
        if ('done' in begun) request.state = { status: 'executed', result: begun.done };
      }
    },
  };
}
