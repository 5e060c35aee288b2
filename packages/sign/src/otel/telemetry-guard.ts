import type { Context, Span, Tracer } from '@opentelemetry/api';
import { type Clock, type Guard, isSecretIntent, type KeyIntent, type OutcomeOf } from '@securosys/core';
import { errorType, intentAttributes, outcomeAttributes, publicationAttributes, useAttributes } from './attributes.js';
import type { OpenTelemetry } from './load-api.js';
import type { Meters } from './meters.js';

/** What spans and metrics are made with. */
export interface Instruments {
  readonly api: OpenTelemetry;
  readonly tracer: Tracer;
  /** Of signatures, and of decryptions. */
  readonly meters: Readonly<Record<'sign' | 'decrypt', Meters>>;
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

const useOf = (intent: KeyIntent) => (isSecretIntent(intent) ? 'decrypt' : 'sign');
const spanOf = (intent: KeyIntent) => `securosys.${useOf(intent)}`;

/**
 * Turns what signers and keys that decrypt tell their guards into spans: one for each use of a key, and one more for the time in which people
 * decided.
 */
export function telemetryGuard({ api, tracer, meters, clock }: Instruments): Guard<KeyIntent> {
  const started = new WeakMap<KeyIntent, Started>();
  const waiting = new WeakMap<KeyIntent, Waiting>();
  const { ERROR } = api.SpanStatusCode;
  const options = (intent: KeyIntent, startTime: number) => ({
    kind: api.SpanKind.CLIENT,
    attributes: intentAttributes(intent),
    startTime,
  });

  function finish(span: Span, outcome: OutcomeOf<KeyIntent>, at: number): void {
    span.setAttributes(outcomeAttributes(outcome));
    // The code alone: messages quote what others said.
    if (outcome.error) span.setStatus({ code: ERROR, message: errorType(outcome.intent, outcome.error) });
    span.end(at);
  }

  return {
    before(intent) {
      const at = clock.now();
      started.set(intent, { span: tracer.startSpan(spanOf(intent), options(intent, at)), at });
    },
    after(outcome) {
      const { intent, result, error } = outcome;
      const at = clock.now();
      const attributes = {
        ...useAttributes(intent),
        'securosys.result': result,
        ...(error && { 'error.type': errorType(intent, error) }),
      };
      const decision = waiting.get(intent);
      if (decision) {
        waiting.delete(intent);
        const span = tracer.startSpan('securosys.approval', options(intent, decision.since), decision.parent);
        finish(span, outcome, at);
        meters[useOf(intent)].decided(attributes, seconds(decision.since, at));
        return;
      }
      const begun = started.get(intent);
      started.delete(intent);
      // What another guard refused first has no span yet.
      const span = begun?.span ?? tracer.startSpan(spanOf(intent), options(intent, at));
      if (result === 'pending') waiting.set(intent, { since: at, parent: api.trace.setSpan(api.context.active(), span) });
      finish(span, outcome, at);
      meters[useOf(intent)].used(attributes, begun && seconds(begun.at, at));
    },
    published(publication) {
      const at = clock.now();
      const attributes = publicationAttributes(publication);
      tracer.startSpan('securosys.publish', { kind: api.SpanKind.INTERNAL, attributes, startTime: at }).end(at);
      const { backend, format } = publication;
      meters.sign.published({ 'securosys.backend': backend, 'securosys.format': format }, publication.artifacts.length);
    },
  };
}
