import { type CallOptions, type PendingStore, SignError } from '@securosys/core';
import type { TsbClient } from '../client/client.js';

/** A request at the broker that a store does not know. */
export interface OrphanedRequest {
  readonly id: string;
  readonly status: 'pending' | 'approved';
}

/** What people are asked, or have approved, that nobody here waits for. */
export interface OrphanReport {
  /** Also requests of other applications of the same partition: nothing tells them apart but the people who made them. */
  readonly requests: readonly OrphanedRequest[];
  /** Records without a request id: being made this moment, or lost, and then one of the requests above may be theirs. */
  readonly intents: readonly { readonly inputSha256: string; readonly kind: string; readonly intentAt: number }[];
}

/**
 * Open requests that the store does not know.
 * @throws SignError `ERR_CAPABILITY_MISSING` for a store that cannot list its records
 */
export async function orphansOf(
  { client, id }: { readonly client: TsbClient; readonly id: string },
  store: PendingStore,
  options: CallOptions,
): Promise<OrphanReport> {
  if (!store.records)
    throw new SignError('ERR_CAPABILITY_MISSING', 'this store cannot list its records: nobody knows what it knows');
  // The requests first: one that is made while the store is read would look orphaned the other way round.
  const open = await client.requests.filter(['PENDING', 'APPROVED'], options);
  const known = new Set<string>();
  const intents: OrphanReport['intents'][number][] = [];
  for await (const { backend, requestId, inputSha256, kind, intentAt } of store.records()) {
    if (backend !== id) continue;
    if (typeof requestId === 'string') known.add(requestId);
    else if (typeof inputSha256 === 'string' && typeof intentAt === 'number')
      intents.push({ inputSha256, intentAt, kind: typeof kind === 'string' ? kind : 'sign' });
  }
  const requests = open.flatMap(({ id: request, status }) =>
    known.has(request) ? [] : [{ id: request, status: status === 'APPROVED' ? ('approved' as const) : ('pending' as const) }],
  );
  return { requests, intents };
}
