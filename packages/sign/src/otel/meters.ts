import type { Attributes, Meter } from '@opentelemetry/api';

/** What is counted and timed. */
export interface Meters {
  /** One use of a key has come to something. */
  used(attributes: Attributes, seconds: number | undefined): void;
  /** People have decided. */
  decided(attributes: Attributes, seconds: number): void;
  published(attributes: Attributes, artifacts: number): void;
}

/** The instruments, by their names. @param use what keys are used for */
export function createMeters(meter: Meter, use: 'sign' | 'decrypt'): Meters {
  const operations = meter.createCounter(`securosys.${use}.operations`, {
    description: 'Uses of keys, by what came of them',
    unit: '{operation}',
  });
  const duration = meter.createHistogram(`securosys.${use}.operation.duration`, {
    description: 'From the moment before the backend is asked to its answer',
    unit: 's',
  });
  const approval = meter.createHistogram(`securosys.${use}.approval.duration`, {
    description: 'From a request that waits for people to its end, as far as this process has seen both',
    unit: 's',
  });
  const artifacts = meter.createCounter('securosys.sign.published', {
    description: 'Artifacts with signatures that were published',
    unit: '{artifact}',
  });
  return {
    used(attributes, seconds) {
      operations.add(1, attributes);
      if (seconds !== undefined) duration.record(seconds, attributes);
    },
    decided(attributes, seconds) {
      operations.add(1, attributes);
      approval.record(seconds, attributes);
    },
    published: (attributes, count) => artifacts.add(count, attributes),
  };
}
