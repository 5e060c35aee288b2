import type { Operation, OperationState } from '@securosys/core';
import { SignError } from '@securosys/core';
import type { Instruments } from './telemetry-guard.js';

const approvals = ({ status, approvals: people }: OperationState) => ({
  'securosys.status': status,
  ...(people && {
    'securosys.approvals.given': people.approvedBy.length,
    'securosys.approvals.missing': people.notYetApprovedBy.length,
    'securosys.approvals.rejected': people.rejectedBy.length,
  }),
});

/** An operation of which every wait for its result is a span, with an event for each change that was seen. */
export function watchedOperation<T>(operation: Operation<T>, { api, tracer, clock }: Omit<Instruments, 'meters'>): Operation<T> {
  const { ERROR } = api.SpanStatusCode;
  return {
    get id() {
      return operation.id;
    },
    get state() {
      return operation.state;
    },
    refresh: (options) => operation.refresh(options),
    settled: (options) => operation.settled(options),
    release: () => operation.release(),
    updates: (options) => operation.updates(options),
    cancel: (options) => operation.cancel(options),
    toJSON: () => operation.toJSON(),
    async result(options = {}) {
      const attributes = operation.id === undefined ? {} : { 'securosys.request.id': operation.id };
      const span = tracer.startSpan('securosys.wait', { kind: api.SpanKind.CLIENT, attributes, startTime: clock.now() });
      let last = '';
      const onProgress = (state: OperationState) => {
        const seen = approvals(state);
        if (JSON.stringify(seen) !== last) span.addEvent('securosys.progress', seen, clock.now());
        last = JSON.stringify(seen);
        options.onProgress?.(state);
      };
      try {
        return await operation.result({ ...options, onProgress });
      } catch (error) {
        const code = SignError.is(error) ? error.code : 'aborted';
        span.setAttribute('error.type', code);
        // People who still decide are no failure.
        if (code !== 'ERR_APPROVAL_PENDING') span.setStatus({ code: ERROR, message: code });
        throw error;
      } finally {
        span.setAttributes(approvals(operation.state));
        span.end(clock.now());
      }
    },
  };
}
