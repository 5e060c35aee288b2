import { type JsonValue, parseJson, SignError } from '@securosys/core';
import { loadContract } from '@securosys/tsb-client/api';
import { errorAnswer, failure } from '../failure.js';
import type { Fault, Faults } from '../faults.js';
import type { Call } from '../handlers/call.js';
import { handlers } from '../handlers/index.js';
import type { Partition } from '../partition.js';
import type { Gate } from './auth.js';
import { boundedBody, demandJson, refuseBrowsers } from './guards.js';
import { findRoute, isServedElsewhere, type Route } from './routes.js';

/** What the port needs to know besides the partition. */
export interface Port {
  readonly partition: Partition;
  readonly gate: Gate;
  readonly faults: Faults;
  /** `host:port` texts in lower case that may be asked for. */
  readonly hosts: ReadonlySet<string>;
  readonly maxBodyBytes: number;
}

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseJson(bytes, { what: 'body', maxBytes: bytes.byteLength });
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) throw failure(621, error.message);
    throw error;
  }
}

const jsonResponse = (status: number, body: unknown): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });

async function execute(port: Port, request: Request, route: Route, params: Call['params']): Promise<Response> {
  const { endpoint } = route;
  await loadContract();
  const rawBody = await boundedBody(request, port.maxBodyBytes);
  if (endpoint.request) demandJson(request);
  const body = endpoint.request?.sent.parse(readJson(rawBody));
  const handler = handlers[route.name] as ((call: Call<never>) => unknown) | undefined;
  if (!handler) throw failure(101, 'a TSB can do this, the emulator cannot yet');
  const answer = await handler({ partition: port.partition, body: body as never, rawBody, params });
  // The strict side of the contract again: an answer that a client could not read is our own mistake.
  return jsonResponse(endpoint.status, answer === undefined ? undefined : endpoint.response?.sent.parse(answer));
}

async function answer(port: Port, request: Request, faultOf: (route: Route) => Fault | undefined): Promise<Response> {
  const url = new URL(request.url);
  refuseBrowsers(request, url, port.hosts);
  const match = findRoute(request.method, url.pathname);
  if (!match) {
    port.gate.admit(request, { bearer: true, role: 'service' });
    if (isServedElsewhere(url.pathname)) throw failure(611, 'a TSB can do this, the emulator cannot yet');
    return jsonResponse(404, { message: 'there is nothing at this path' });
  }
  port.gate.admit(request, match.route.endpoint);
  return port.faults.around(faultOf(match.route), request.signal, () => execute(port, request, match.route, match.params));
}

/** The whole REST API as a function. Rejects only when a fault drops the answer. */
export async function handleRequest(port: Port, request: Request): Promise<Response> {
  let fault: Fault | undefined;
  try {
    return await answer(port, request, (route) => {
      fault = port.faults.next(route.name);
      return fault;
    });
  } catch (error) {
    if (fault?.kind === 'drop') throw error;
    const { status, body } = errorAnswer(error);
    return jsonResponse(status, body);
  }
}
