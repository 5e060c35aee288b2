import { parseJsonObject, SignError } from '@securosys/core';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { type AdmissionRules, decide } from './decide.js';

/** How the webhook listens, beside its rules. */
export interface WebhookOptions extends AdmissionRules {
  /** Key and certificate of the server, and the CA of the API server: it is the only one that should come in. */
  readonly https?: { readonly key: string; readonly cert: string; readonly ca: string; readonly requestCert: true };
}

/** An AdmissionReview has the pod, and for updates the old one as well. */
const bodyLimit = 4 << 20;

/**
 * A mutating admission webhook: `POST /admit`. Register it with `failurePolicy: Fail`, for `pods` and `pods/ephemeralcontainers`: where this
 * program is not asked or does not answer, nothing starts.
 */
export function createWebhook({ https, ...rules }: WebhookOptions): FastifyInstance {
  const options: FastifyServerOptions = { bodyLimit, requestTimeout: 10_000, ...(https && { https }) };
  const server = fastify(options);
  // Its own reading of JSON: no duplicate members, no prototypes, a bounded depth.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) =>
    parseJsonObject(body),
  );
  server.setErrorHandler((error, _, reply) => {
    const malformed = SignError.is(error);
    const { statusCode = 500 } = error as { statusCode?: number };
    return reply.code(malformed ? 400 : statusCode).send({ error: malformed ? error.code : 'not admitted' });
  });
  server.post('/admit', async (request) => decide(request.body as Parameters<typeof decide>[0], rules));
  server.get('/healthz', async () => ({ status: 'ok' }));
  return server;
}
