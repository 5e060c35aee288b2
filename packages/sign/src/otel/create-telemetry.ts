import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { type Clock, type Fetch, type Guard, type KeyIntent, knownOptions, type Operation, systemClock } from '@securosys/core';
import { loadApi } from './load-api.js';
import { createMeters } from './meters.js';
import { telemetryGuard } from './telemetry-guard.js';
import { watchedFetch } from './watched-fetch.js';
import { watchedOperation } from './watched-operation.js';

/** Where spans and metrics go. */
export interface TelemetryOptions {
  /** Default: the one that the process has registered. */
  tracerProvider?: TracerProvider;
  /** Default: the one that the process has registered. */
  meterProvider?: MeterProvider;
  /** Stamps the spans. */
  clock?: Clock;
}

/** Spans and metrics of what signing does. Their names and attributes are listed in the guide on audit. */
export interface Telemetry {
  /** A span for each use of a key (`securosys.sign`, `securosys.decrypt`), for the time in which people decided (`securosys.approval`), and for publishing. */
  readonly guard: Guard<KeyIntent>;
  /** The same operation, of which every wait for a result is a span (`securosys.wait`) with an event for each change. */
  operation<T>(operation: Operation<T>): Operation<T>;
  /** The same `fetch`, of which every call is a span with method, host and status, and nothing of headers, paths or bodies. */
  fetch(fetch: Fetch): Fetch;
}

const scope = '@securosys/sign';

/**
 * Spans and metrics over OpenTelemetry. Needs the package `@opentelemetry/api`, and makes nothing without an SDK that the process has set up.
 *
 * @throws SignError `ERR_CAPABILITY_MISSING` when `@opentelemetry/api` is not installed, `ERR_INVALID_ARGUMENT`
 * @example
 * ```ts
 * import { connectTsb, createSigner } from '@securosys/sign';
 * import { createTelemetry } from '@securosys/sign/otel';
 * const telemetry = await createTelemetry();
 * const backend = connectTsb({ url: 'https://tsb.example', auth: { type: 'none' }, fetch: telemetry.fetch(fetch) });
 * const signer = createSigner(backend, { label: 'release' }, { guards: [telemetry.guard] });
 * ```
 */
export async function createTelemetry(options: TelemetryOptions = {}): Promise<Telemetry> {
  knownOptions('createTelemetry', options, ['tracerProvider', 'meterProvider', 'clock']);
  const api = await loadApi();
  const { tracerProvider = api.trace, meterProvider = api.metrics, clock = systemClock } = options;
  const tracer = tracerProvider.getTracer(scope);
  const made = { api, tracer, clock };
  const meter = meterProvider.getMeter(scope);
  const meters = { sign: createMeters(meter, 'sign'), decrypt: createMeters(meter, 'decrypt') };
  return {
    guard: telemetryGuard({ ...made, meters }),
    operation: (operation) => watchedOperation(operation, made),
    fetch: (fetch) => watchedFetch(fetch, made),
  };
}
