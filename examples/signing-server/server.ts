import { base64Text, type Clock, createSigner, type PendingStore, SignError, sha256Hex } from '@securosys/core';
import { createTsbBackend } from '@securosys/tsb-client';

/** What the operator of the server decides. */
export interface ServerOptions {
  readonly tsb: { readonly url: string; readonly token: () => string | Promise<string> };
  /** Label of the key that signs. */
  readonly key: string;
  /** Survives the server: a restart goes on with the requests of before. */
  readonly store: PendingStore;
  /** Signatures, base64, by the hash of what they are over: the database of the server. */
  readonly kept: Pick<Map<string, string>, 'get' | 'set'>;
  readonly clock?: Clock;
}

const json = (status: number, body: object) => Response.json(body, { status });

/** What a failure means to whoever asked for a signature. */
function refusal(error: unknown): Response {
  if (!SignError.is(error)) return json(500, { error: 'internal' });
  const { code, retryable } = error;
  if (code === 'ERR_APPROVAL_REJECTED' || code === 'ERR_APPROVAL_EXPIRED') return json(409, { error: code });
  // The outcome becomes known in time; asking again never makes a second request.
  if (retryable || code === 'ERR_OUTCOME_UNKNOWN') return json(503, { error: code });
  return json(502, { error: code });
}

/**
 * Signs release manifests that people approve. `POST /signatures` with a manifest asks for its signature, and the same call again looks
 * what became of it: 202 while people decide, then 200.
 */
export function createSigningServer({ tsb, key, store, kept, clock }: ServerOptions) {
  const time = clock && { clock };
  const backend = createTsbBackend({ url: tsb.url, auth: { type: 'token', token: tsb.token }, ...time });
  const signer = createSigner(backend, { label: key }, { store, allowOpaque: true, ...time });

  async function handle(request: Request): Promise<Response> {
    if (request.method !== 'POST' || new URL(request.url).pathname !== '/signatures') return json(404, { error: 'not found' });
    try {
      const message = new Uint8Array(await request.arrayBuffer());
      const hash = sha256Hex(message);
      const known = kept.get(hash);
      if (known) return json(200, { status: 'signed', signature: known });
      const operation = await signer.begin({ algorithm: 'ecdsa-sha256', input: { message } });
      const { approvals } = await operation.refresh();
      const signature = await operation.settled();
      if (!signature) return json(202, { status: 'waiting', approved: approvals?.approvedBy.length ?? 0 });
      // First kept, then forgotten: whoever asks again gets this one, and nobody has to approve twice.
      kept.set(hash, base64Text(signature));
      await operation.release();
      return json(200, { status: 'signed', signature: base64Text(signature) });
    } catch (error) {
      return refusal(error);
    }
  }

  return { handle, close: () => backend.close() };
}
