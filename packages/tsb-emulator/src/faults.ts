import { base64Bytes, base64Text, type Clock, invalidArgument, isJsonObject, parseJson } from '@securosys/core';
import { type EndpointName, endpoints } from '@securosys/tsb-client/api';

/**
 * A way to misbehave, for the next `times` calls (default 1) of one endpoint (default: any).
 * - `delay`: answers after `ms` milliseconds of the emulator's clock.
 * - `drop`: does everything that was asked, then closes the connection without an answer.
 * - `status`: does nothing and answers that HTTP status with a body that is no TSB error.
 * - `wrong-signature`: changes the last byte of a signature in the answer.
 * - `non-json`: does everything, then answers an HTML page with status 200.
 */
export type Fault = { readonly endpoint?: EndpointName; readonly times?: number } & (
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: 'wrong-signature' }
  | { readonly kind: 'non-json' }
);

const kinds = new Set(['delay', 'drop', 'status', 'wrong-signature', 'non-json']);

async function withWrongSignature(response: Response): Promise<Response> {
  const body = parseJson(await response.text());
  if (!isJsonObject(body)) return response;
  for (const member of ['signature', 'result']) {
    const text = body[member];
    if (typeof text !== 'string') continue;
    const bytes = base64Bytes(text);
    const last = bytes.byteLength - 1;
    bytes[last] = (bytes[last] as number) ^ 1;
    body[member] = base64Text(bytes);
  }
  return new Response(JSON.stringify(body), { status: response.status, headers: response.headers });
}

/** Faults waiting to happen. Set in process only: the port has no call that reaches them (threat model S36). */
export class Faults {
  readonly #clock: Clock;
  #waiting: { fault: Fault; left: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws SignError `ERR_INVALID_ARGUMENT` */
  add(fault: Fault): void {
    const { endpoint, times = 1, kind } = fault;
    if (!kinds.has(kind)) invalidArgument('faults: unknown kind');
    if (endpoint !== undefined && !Object.hasOwn(endpoints, endpoint)) invalidArgument('faults: unknown endpoint');
    if (!Number.isSafeInteger(times) || times < 1) invalidArgument('faults: times has to be a whole number of at least 1');
    this.#waiting.push({ fault, left: times });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault that this call meets, used up by it. */
  next(endpoint: EndpointName): Fault | undefined {
    const found = this.#waiting.find(({ fault }) => fault.endpoint === undefined || fault.endpoint === endpoint);
    if (!found) return undefined;
    found.left--;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return found.fault;
  }

  /** Does the work the way the fault wants it. Rejects like a broken connection for `drop`. */
  async around(fault: Fault | undefined, signal: AbortSignal, work: () => Promise<Response>): Promise<Response> {
    switch (fault?.kind) {
      case undefined:
        return work();
      case 'delay':
        await this.#clock.sleep(fault.ms, signal);
        return work();
      case 'drop':
        await work().catch(() => undefined);
        throw new TypeError('fetch failed', { cause: new Error('the emulator dropped the answer') });
      case 'status': {
        const headers = new Headers({ 'content-type': 'text/html' });
        if (fault.retryAfterSeconds !== undefined) headers.set('retry-after', String(fault.retryAfterSeconds));
        return new Response('<html>emulated fault</html>', { status: fault.status, headers });
      }
      case 'wrong-signature':
        return withWrongSignature(await work());
      case 'non-json':
        await work();
        return new Response('<html>emulated fault</html>', { status: 200, headers: { 'content-type': 'text/html' } });
    }
  }
}
