import type { Clock } from '@securosys/core';
import type { EvaluateRules } from '@securosys/notation-envelope';
import type { Deadline } from './deadline.js';
import type { NotationTrust } from './trust.js';

/** By what signatures are judged under a trust value, until the deadline. */
export function rulesOf(trust: NotationTrust, clock: Clock, deadline: Deadline): EvaluateRules {
  const { trustStore, cache, rules } = trust;
  const revocation = trust.revocation(clock);
  const { signal, logger } = deadline.remaining();
  return {
    ...rules,
    trustStore,
    clock,
    cache,
    ...(revocation && { revocation }),
    ...(signal && { signal }),
    ...(logger && { logger }),
  };
}
