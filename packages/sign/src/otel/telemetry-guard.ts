import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { Clock, Guard, SigningIntent, SigningOutcome } from '@securosys/core';
import { intentAttributes, outcomeAttributes, publicationAttributes, useAttributes } from './attributes.js';
import type { OpenTelemetry } from './load-api.js';
import type { Meters } from './meters.js';

/** What spans and metrics are made with. */
export interface Instruments {
  readonly api: OpenTelemetry;
  readonly tracer: Tracer;
  readonly meters: Meters;
  readonly clock: Clock;
}

interface Started {
  readonly span: Span;
  readonly at: number;
}

interface Waiting {
  readonly since: number;
  readonly parent: Context;
}

const seconds = (from: number, to: number) => Math.max(0, to - from) / 1000;

/** Turns what a signer tells its guards into spans: one for each use of a key, and one more for the time in which people decided. */
export function telemetryGuard({ api, tracer, meters, clock }: Instruments): Guard {
  const started = new WeakMap<SigningIntent, Started>();
  const waiting = new WeakMap<SigningIntent, Waiting>();
  const { ERROR } = api.SpanStatusCode;
  const options = (intent: SigningIntent, startTime: number) => ({
    kind: api.SpanKind.CLIENT,
    attributes: intentAttributes(intent),
    startTime,
  });

  function finish(span: Span, outcome: SigningOutcome, at: number): void {
    span.setAttributes(outcomeAttributes(outcome));
    // The code alone: messages quote what others said.
    if (outcome.error) span.setStatus({ code: ERROR, message: outcome.error.code });
    span.end(at);
  }

  return {
    before(intent) {
      const at = clock.now();
      started.set(intent, { span: tracer.startSpan('securosys.sign', options(intent, at)), at });
    },
    after(outcome) {
      const { intent, result, error } = outcome;
      const at = clock.now();
      const attributes = {
        ...useAttributes(intent),
        'securosys.result': result,
        ...(error && { 'error.type': error.code }),
      };
      const decision = waiting.get(intent);
      if (decision) {
        waiting.delete(intent);
        const span = tracer.startSpan('securosys.approval', options(intent, decision.since), decision.parent);
        finish(span, outcome, at);
        meters.decided(attributes, seconds(decision.since, at));
        return;
      }
      const begun = started.get(intent);
      started.delete(intent);
      // What another guard refused first has no span yet.
      const span = begun?.span ?? tracer.startSpan('securosys.sign', options(intent, at));
      if (result === 'pending') waiting.set(intent, { since: at, parent: api.trace.setSpan(api.context.active(), span) });
      finish(span, outcome, at);
      meters.used(attributes, begun && seconds(begun.at, at));
    },
    published(publication) {
      const at = clock.now();
      const attributes = publicationAttributes(publication);
      tracer.startSpan('securosys.publish', { kind: api.SpanKind.INTERNAL, attributes, startTime: at }).end(at);
      const { backend, format } = publication;
      meters.published({ 'securosys.backend': backend, 'securosys.format': format }, publication.artifacts.length);
    },
  };
}
