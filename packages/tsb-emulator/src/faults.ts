import type { Clock } from '@securosys/core';
import type { EndpointName } from '@securosys/tsb-client/api';
import { htmlPage, slow, statusAnswer, truncated, withWrongSignature, wrongJson } from './faults/answers.js';
import { checkFault, type Fault } from './faults/fault.js';
import type { Gate } from './http/auth.js';

/** Kinds that change who may call. */
const ofTheGate: ReadonlySet<Fault['kind']> = new Set(['expire-token', 'rotate-api-keys']);
/** What `fetch` rejects with, and the adapter of a port makes a reset of. */
const broken = (code: 'ECONNREFUSED' | 'ECONNRESET') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('emulated fault'), { code }) });

/** Whether an error is that of an emulated network, and no refusal. */
export const isNetworkFault = (fault: Fault | undefined): boolean =>
  fault !== undefined && ['refuse', 'reset', 'drop'].includes(fault.kind);

/** Faults waiting to happen. Set in process only: the port has no call that reaches them (threat model S36). */
export class Faults {
  readonly #clock: Clock;
  readonly #gate: Gate;
  #waiting: { fault: Fault; left: number }[] = [];

  constructor(clock: Clock, gate: Gate) {
    this.#clock = clock;
    this.#gate = gate;
  }

  /** @throws SignError `ERR_INVALID_ARGUMENT` */
  add(fault: Fault): void {
    checkFault(fault);
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  #take(endpoint: EndpointName, gate: boolean): Fault | undefined {
    const found = this.#waiting.find(
      ({ fault }) => ofTheGate.has(fault.kind) === gate && (fault.endpoint === undefined || fault.endpoint === endpoint),
    );
    if (!found) return undefined;
    found.left--;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return found.fault;
  }

  /** Changes who may call, before the credentials of this call are looked at. */
  atTheGate(endpoint: EndpointName): void {
    const fault = this.#take(endpoint, true);
    if (fault?.kind === 'expire-token') this.#gate.expireTokens();
    if (fault?.kind === 'rotate-api-keys') this.#gate.useApiKeys(fault.apiKeys);
  }

  /** The fault that this call meets, used up by it. */
  next(endpoint: EndpointName): Fault | undefined {
    return this.#take(endpoint, false);
  }

  /** Does the work the way the fault wants it. Rejects like a broken connection where {@link isNetworkFault}. */
  async around(fault: Fault | undefined, request: Request, work: (request: Request) => Promise<Response>): Promise<Response> {
    switch (fault?.kind) {
      case 'refuse':
        throw broken('ECONNREFUSED');
      case 'reset':
        throw broken('ECONNRESET');
      case 'drop':
        await Promise.allSettled([work(request)]);
        throw broken('ECONNRESET');
      case 'stall':
        if (fault.taken) await Promise.allSettled([work(request)]);
        return new Promise<never>(() => undefined);
      case 'delay':
        await this.#clock.sleep(fault.ms, request.signal);
        return work(request);
      case 'duplicate':
        await Promise.allSettled([work(request.clone())]);
        return work(request);
      case 'slow-body':
        return slow(await work(request), fault, this.#clock);
      case 'truncated-json':
        return truncated(await work(request));
      case 'wrong-json':
        return wrongJson(await work(request));
      case 'non-json':
        await work(request);
        return htmlPage(200);
      case 'wrong-signature':
        return withWrongSignature(await work(request));
      case 'status':
        if (fault.taken) await Promise.allSettled([work(request)]);
        return statusAnswer(fault);
      default:
        return work(request);
    }
  }
}
