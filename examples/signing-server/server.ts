// A signing server: applications ask it for signatures of images with a token, and never come near the key. Everything it remembers is in
// the store, so that it may be restarted at any moment, and several of them may share one.
import type { Clock } from '@securosys/core';
import {
  createSigner,
  type Guard,
  type KeyBackend,
  type Oci,
  type PendingStore,
  prepareSigningRequest,
  resumeSigningRequest,
  type SigningRequest,
} from '@securosys/sign';
import fastify, { type FastifyInstance } from 'fastify';
import { callerOf, type KnownCaller } from './callers.js';
import { answerOf } from './failures.js';
import { type AskedImage, askedImage, requestId } from './schemas.js';
import { itemsView, stateView } from './views.js';

/** What the operator of the server decides; a caller decides none of it. */
export interface ServerOptions {
  readonly backend: KeyBackend;
  /** Label of the key that signs. */
  readonly key: string;
  /** Its certificates, DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** Survives the server. */
  readonly store: PendingStore;
  readonly oci: Oci;
  /** The only repositories that signatures may go to: `registry.example/shop/*`. */
  readonly targets: readonly string[];
  readonly callers: readonly KnownCaller[];
  /** A signing policy, an audit log. */
  readonly guards?: readonly Guard[];
  readonly clock?: Clock;
  /** Expiry of a signature that nobody asks more of. */
  readonly expiry?: string;
}

/** A request names an image and says why: that is not much. */
const bodyLimit = 16 << 10;

/**
 * - `POST /requests` `{ image, formats?, reason? }` asks people: 202. The same again finds the same request.
 * - `GET /requests/:id` looks where it stands.
 * - `POST /requests/:id/complete` publishes what people have approved: 200, or 202 while they have not.
 * - `DELETE /requests/:id` withdraws it: 204.
 */
export function createSigningServer(options: ServerOptions): FastifyInstance {
  const { backend, key, chain, store, oci, targets, callers, guards, clock, expiry = '90d' } = options;
  const shared = { store, oci, targets, ...(guards && { guards }), ...(clock && { clock }) };
  const signer = createSigner(backend, { label: key }, { store, chain, ...(guards && { guards }), ...(clock && { clock }) });
  const resume = (id: string): Promise<SigningRequest> => resumeSigningRequest(id, { ...shared, backend, chains: [chain] });

  const server = fastify({
    bodyLimit,
    requestTimeout: 30_000,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  });
  server.decorateRequest('caller', '');
  server.addHook('onRequest', async (request, reply) => {
    const caller = callerOf(request.headers.authorization, callers);
    if (caller === undefined) return reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'unauthorized' });
    request.setDecorator('caller', caller);
  });
  server.setErrorHandler((error, _, reply) => {
    const { status, body } = answerOf(error);
    return reply.code(status).send(body);
  });
  server.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'not found' }));

  server.post<{ Body: AskedImage }>('/requests', { schema: { body: askedImage } }, async (asked, reply) => {
    const { image, formats = ['notation-jws'], reason } = asked.body;
    const format = formats.map((one) => (one === 'cosign' ? one : { format: one, expiry }));
    const claims = { requester: asked.getDecorator<string>('caller'), ...(reason !== undefined && { reason }) };
    const { guards: _, ...preparing } = shared;
    const request = await prepareSigningRequest([{ image, format }], { ...preparing, signer, claims });
    const state = await request.submit();
    return reply.code(202).header('location', `/requests/${request.id}`).send(stateView(request.id, state));
  });

  const one = { schema: { params: requestId } };
  server.get<{ Params: { id: string } }>('/requests/:id', one, async ({ params: { id } }) => {
    return stateView(id, await (await resume(id)).refresh());
  });
  server.post<{ Params: { id: string } }>('/requests/:id/complete', one, async ({ params: { id } }) => {
    const { manifests } = await (await resume(id)).complete({ approvalTimeoutMs: 0 });
    return { id, status: 'published', signatures: itemsView(manifests) };
  });
  server.delete<{ Params: { id: string } }>('/requests/:id', one, async ({ params: { id } }, reply) => {
    await (await resume(id)).cancel();
    return reply.code(204).send();
  });
  return server;
}
