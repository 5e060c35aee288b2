import type { Claims, Guard, KeyIntent } from '@securosys/core';
import { intentEntry, outcomeEntry, publishedEntry } from './entries.js';
import type { AuditEntry, AuditReceipt } from './record.js';

/** What is the same in every record of a guard. */
export interface AuditContext {
  /** Who asks for signatures, as this process knows it: a user, a job, a service. */
  readonly requester?: string;
  /** What nobody can prove: commit, build URL. Written down as claimed, before what a request claims, which cannot replace it. */
  readonly claims?: Claims;
}

/** Writes down what signers and keys that decrypt tell their guards. */
export function auditGuard(append: (entry: AuditEntry) => Promise<AuditReceipt>, context: AuditContext = {}): Guard<KeyIntent> {
  /** Which record an intent has, for the outcomes that follow in this process. */
  const written = new WeakMap<KeyIntent, number>();
  return {
    async before(intent) {
      const { seq } = await append(intentEntry(intent, context));
      written.set(intent, seq);
    },
    async after(outcome) {
      await append(outcomeEntry(outcome, context, written.get(outcome.intent)));
    },
    async published(publication) {
      await append(publishedEntry(publication, context));
    },
  };
}
