import type { Fetch } from '@securosys/core';
import type { Instruments } from './telemetry-guard.js';

const portOf = ({ port, protocol }: URL) => Number(port) || (protocol === 'https:' ? 443 : 80);

/**
 * A `fetch` of which every call is a span, named and described as the semantic conventions for HTTP clients ask. Of the address there is
 * the host and nothing more: paths and queries hold key names and upload sessions. Headers are neither read nor added.
 */
export function watchedFetch(fetch: Fetch, { api, tracer, clock }: Omit<Instruments, 'meters'>): Fetch {
  return async (input, init) => {
    const { method: own, url } = input instanceof Request ? input : { method: 'GET', url: String(input) };
    const method = (init?.method ?? own).toUpperCase();
    const address = new URL(url);
    const attributes = {
      'http.request.method': method,
      'server.address': address.hostname,
      'server.port': portOf(address),
      'url.scheme': address.protocol.slice(0, -1),
    };
    const span = tracer.startSpan(method, { kind: api.SpanKind.CLIENT, attributes, startTime: clock.now() });
    const failed = (type: string) => {
      span.setAttribute('error.type', type);
      span.setStatus({ code: api.SpanStatusCode.ERROR });
    };
    try {
      const response = await fetch(input, init);
      span.setAttribute('http.response.status_code', response.status);
      if (response.status >= 400) failed(String(response.status));
      return response;
    } catch (error) {
      failed(error instanceof Error ? error.name : 'error');
      throw error;
    } finally {
      span.end(clock.now());
    }
  };
}
