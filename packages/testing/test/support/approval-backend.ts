import {
  type BeginResult,
  type CallOptions,
  equalBytes,
  type KeyBackend,
  type RequestState,
  SignError,
  type SignOperation,
} from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import type { KeyBackendFixture } from '../../src/index.js';
import { softwareKeys } from './software-keys.js';

export interface FullBackend
  extends Required<Omit<KeyBackend, 'begin' | 'createKey' | 'describeSymmetricKey' | 'createSymmetricKey'>> {
  begin(operation: SignOperation, options?: CallOptions): Promise<BeginResult>;
}

/** Keys that answer at once and one, `people`, that waits for a decision, over software keys. Does everything that a backend may do. */
export async function openApprovalBackend(): Promise<KeyBackendFixture & { backend: FullBackend }> {
  const software = createMemoryBackend();
  const keys = Object.entries(await softwareKeys()).map(([spec, privateKey]) => {
    software.addKey({ label: spec, privateKey });
    return { spec: spec as 'ec-p256', ref: { label: spec } };
  });
  const people = { spec: 'ec-p256' as const, ref: { label: 'people' } };
  software.addKey({ label: 'people', privateKey: (await softwareKeys(1))['ec-p256'] });
  const requests = new Map<string, { operation: SignOperation; state: RequestState }>();
  const approvals = { approvedBy: [], notYetApprovedBy: ['Ada'], rejectedBy: [] };
  const request = (id: string) => {
    const found = requests.get(id);
    if (!found) throw new SignError('ERR_REQUEST_NOT_FOUND', 'no such request');
    return found;
  };
  const backend: FullBackend = {
    id: 'people and software keys',
    describeKey: async (ref, options) => {
      const info = await software.describeKey(ref, options);
      return { ...info, needsApproval: info.ref.label === 'people' };
    },
    async begin(operation, options) {
      options?.signal?.throwIfAborted();
      if (operation.key.label !== 'people') return software.begin(operation, options);
      const id = `request ${requests.size + 1}`;
      requests.set(id, { operation, state: { status: 'pending', approvals } });
      return { pending: id };
    },
    async poll(id, options) {
      options?.signal?.throwIfAborted();
      return request(id).state;
    },
    async watch(id, known, { timeoutMs = 60_000, signal } = {}) {
      for (const end = Date.now() + timeoutMs; ; await new Promise((resolve) => setImmediate(resolve))) {
        signal?.throwIfAborted();
        const { state } = request(id);
        if (state.status !== known.status) return state;
        if (Date.now() >= end) return known;
      }
    },
    async recognises(id, operation) {
      const asked = request(id).operation.input.message;
      return operation.kind === 'sign' && equalBytes(asked ?? new Uint8Array(), operation.input.message ?? new Uint8Array());
    },
    async cancel(id) {
      const one = request(id);
      if (one.state.status === 'pending') one.state = { status: 'cancelled' };
    },
    async *candidates() {
      yield* requests.keys();
    },
    certificates: (ref) => software.certificates(ref),
    async *listKeys() {
      for await (const { ref } of software.listKeys?.() ?? []) yield await backend.describeKey(ref);
    },
    close: () => software.close(),
  };
  return {
    backend,
    keys,
    approvals: {
      key: people,
      async approve(id) {
        const one = request(id);
        const begun = await software.begin(one.operation);
        if ('done' in begun) one.state = { status: 'executed', result: begun.done };
      },
      async reject(id) {
        request(id).state = { status: 'rejected' };
      },
    },
  };
}
