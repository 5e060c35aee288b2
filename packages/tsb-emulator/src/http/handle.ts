import { type JsonValue, parseJson, SignError } from '@securosys/core';
import { type Endpoint, endpoints } from '@securosys/tsb-client/api';
import { errorAnswer, failure } from '../failure.js';
import type { Fault } from '../faults/fault.js';
import { type Faults, isNetworkFault } from '../faults.js';
import type { Call } from '../handlers/call.js';
import { handlers } from '../handlers/index.js';
import { demandLicence } from '../licence.js';
import type { Partition } from '../partition.js';
import { type Answer, fileAnswer, jsonAnswer, type PlainAnswer, toResponse } from './answer.js';
import { describedAt } from './api-description.js';
import type { Gate } from './auth.js';
import { readBody } from './body.js';
import { refuseBrowsers } from './guards.js';
import { type Incoming, incomingOf } from './incoming.js';
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

/** A call that may go on. */
interface Admitted {
  readonly incoming: Incoming;
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

async function execute(port: Port, admitted: Admitted): Promise<PlainAnswer> {
  const { incoming, route, partition, params } = admitted;
  if (!handlers[route.name]) throw failure(101, 'a TSB can do this, the emulator cannot yet');
  const { rawBody, file } = await readBody(incoming, route.endpoint, port.maxBodyBytes);
  const meant = route.endpoint.request ? asContract(route.name, readJson(rawBody)) : undefined;
  const name = meant?.name ?? route.name;
  const endpoint: Endpoint = endpoints[name];
  const handler = handlers[name] as AnyHandler;
  const body = meant && endpoint.request?.sent.parse(meant.body);
  checkRequestSignature(body, rawBody, endpoint.signs, port.requestSigners);
  const { partitions } = port;
  const answer = await outcomeOf(handler, { partition, partitions, body: body as never, rawBody, file, params });
  if (endpoint.file && answer instanceof Uint8Array) return fileAnswer(endpoint.status, answer);
  // The strict side of the contract again: an answer that a client could not read is our own mistake.
  return jsonAnswer(endpoint.status, answer === undefined ? undefined : endpoint.response?.sent.parse(answer));
}

async function answer(port: Port, incoming: Incoming, faultOf: (route: Route) => Fault | undefined): Promise<Answer> {
  const url = new URL(incoming.url);
  refuseBrowsers(incoming, url, port.hosts);
  const match = findRoute(incoming.method, url.pathname);
  if (!match) {
    port.gate.admit(incoming, { bearer: true, role: 'service', path: url.pathname });
    const description = incoming.method === 'GET' ? await describedAt(url.pathname) : undefined;
    if (description) return jsonAnswer(200, description);
    return jsonAnswer(404, { message: 'there is nothing at this path' });
  }
  const { route, params } = match;
  port.faults.atTheGate(route.name);
  const partition = port.partitions[port.gate.admit(incoming, route.endpoint)] as Partition;
  demandLicence(route.endpoint, partition.clientFlags);
  const admitted = { route, params, partition };
  const fault = faultOf(route);
  if (!fault) return execute(port, { ...admitted, incoming });
  return port.faults.around(fault, incoming.request(), async (delivered) =>
    toResponse(await execute(port, { ...admitted, incoming: incomingOf(delivered) })),
  );
}

/** The whole REST API as a function. Rejects only for a fault of the network, and never answers one that stalls. */
export async function handleIncoming(port: Port, incoming: Incoming): Promise<Answer> {
  let fault: Fault | undefined;
  try {
    return await answer(port, incoming, (route) => {
      fault = port.faults.next(route.name);
      return fault;
    });
  } catch (error) {
    if (isNetworkFault(fault)) throw error;
    const { status, body } = errorAnswer(error);
    return jsonAnswer(status, body);
  }
}
