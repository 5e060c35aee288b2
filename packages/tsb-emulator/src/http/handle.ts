import { type JsonValue, ownBytes, parseJson, SignError } from '@securosys/core';
import { type Endpoint, endpoints, loadContract } from '@securosys/tsb-client/api';
import { errorAnswer, failure } from '../failure.js';
import type { Fault } from '../faults/fault.js';
import { type Faults, isNetworkFault } from '../faults.js';
import type { Call } from '../handlers/call.js';
import { handlers } from '../handlers/index.js';
import { demandLicence } from '../licence.js';
import type { Partition } from '../partition.js';
import { describedAt } from './api-description.js';
import type { Gate } from './auth.js';
import { readBody } from './body.js';
import { refuseBrowsers } from './guards.js';
import { checkRequestSignature, type RequestSigners } from './request-signature.js';
import { findRoute, type Route } from './routes.js';
import { asContract } from './tolerances.js';

/** What stands behind the port. */
export interface Port {
  /** One, or in multi-tenant mode one for each token of the gate, in its order. */
  readonly partitions: readonly Partition[];
  readonly requestSigners: RequestSigners;
  readonly gate: Gate;
  readonly faults: Faults;
  /** `host:port` texts in lower case that may be asked for. */
  readonly hosts: ReadonlySet<string>;
  readonly maxBodyBytes: number;
}

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseJson(bytes, { what: 'body', maxBytes: bytes.byteLength, surrogateUnits: true });
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

/** A call that may go on. */
interface Admitted {
  readonly request: Request;
  readonly route: Route;
  readonly params: Call['params'];
  readonly partition: Partition;
}

type AnyHandler = (call: Call<never>) => unknown;

/** Runs the handler and commits what it changed, also when it then refused: a refusal may have found that time ran out. */
async function outcomeOf(handler: AnyHandler, call: Call<never>): Promise<unknown> {
  try {
    return await handler(call);
  } finally {
    for (const { store } of call.partitions) store.commit();
  }
}

async function execute(port: Port, admitted: Admitted): Promise<Response> {
  const { request, route, partition, params } = admitted;
  if (!handlers[route.name]) throw failure(101, 'a TSB can do this, the emulator cannot yet');
  await loadContract();
  const { rawBody, file } = await readBody(request, route.endpoint, port.maxBodyBytes);
  const meant = route.endpoint.request ? asContract(route.name, readJson(rawBody)) : undefined;
  const name = meant?.name ?? route.name;
  const endpoint: Endpoint = endpoints[name];
  const handler = handlers[name] as AnyHandler;
  const body = meant && endpoint.request?.sent.parse(meant.body);
  checkRequestSignature(body, rawBody, endpoint.signs, port.requestSigners);
  const { partitions } = port;
  const answer = await outcomeOf(handler, { partition, partitions, body: body as never, rawBody, file, params });
  if (endpoint.file && answer instanceof Uint8Array) return fileResponse(endpoint.status, answer);
  // The strict side of the contract again: an answer that a client could not read is our own mistake.
  return jsonResponse(endpoint.status, answer === undefined ? undefined : endpoint.response?.sent.parse(answer));
}

const fileResponse = (status: number, bytes: Uint8Array): Response =>
  new Response(ownBytes(bytes), {
    status,
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
  });

async function answer(port: Port, request: Request, faultOf: (route: Route) => Fault | undefined): Promise<Response> {
  const url = new URL(request.url);
  refuseBrowsers(request, url, port.hosts);
  const match = findRoute(request.method, url.pathname);
  if (!match) {
    port.gate.admit(request, { bearer: true, role: 'service', path: url.pathname });
    const description = request.method === 'GET' ? await describedAt(url.pathname) : undefined;
    if (description) return jsonResponse(200, description);
    return jsonResponse(404, { message: 'there is nothing at this path' });
  }
  const { route, params } = match;
  port.faults.atTheGate(route.name);
  const partition = port.partitions[port.gate.admit(request, route.endpoint)] as Partition;
  demandLicence(route.endpoint, partition.clientFlags);
  const admitted = { route, params, partition };
  return port.faults.around(faultOf(route), request, (delivered) => execute(port, { ...admitted, request: delivered }));
}

/** The whole REST API as a function. Rejects only for a fault of the network, and never answers one that stalls. */
export async function handleRequest(port: Port, request: Request): Promise<Response> {
  let fault: Fault | undefined;
  try {
    return await answer(port, request, (route) => {
      fault = port.faults.next(route.name);
      return fault;
    });
  } catch (error) {
    if (isNetworkFault(fault)) throw error;
    const { status, body } = errorAnswer(error);
    return jsonResponse(status, body);
  }
}
