import type { Fault } from '@securosys/tsb-emulator';

type Without<T> = T extends unknown ? Omit<T, 'endpoint' | 'times'> : never;

/** A fault as a column of the matrix names it. */
export interface NamedFault {
  readonly name: string;
  readonly fault: Without<Fault>;
  /** Deadline of each call in real milliseconds, for faults that only a deadline ends. */
  readonly timeoutMs?: number;
  /** Makes a second request at the broker by itself: nothing that a client does can prevent it. */
  readonly twins?: true;
}

/** What both API keys of the client are, before and after `rotate-api-keys`. */
export const apiKeysBefore = { keyManagement: 'management-old', keyOperation: 'operation-old' } as const;
export const apiKeysAfter = { keyManagement: 'management-new', keyOperation: 'operation-new' } as const;

const patience = 150;

export const faults: readonly NamedFault[] = [
  { name: 'refuse', fault: { kind: 'refuse' } },
  { name: 'reset before', fault: { kind: 'reset' } },
  { name: 'reset after', fault: { kind: 'drop' } },
  { name: 'stall before', fault: { kind: 'stall' }, timeoutMs: patience },
  { name: 'stall after', fault: { kind: 'stall', taken: true }, timeoutMs: patience },
  { name: 'delay', fault: { kind: 'delay', ms: 5_000 } },
  { name: 'slow body', fault: { kind: 'slow-body', bytesPerSecond: 20 } },
  { name: 'truncated JSON', fault: { kind: 'truncated-json' } },
  { name: 'wrong JSON', fault: { kind: 'wrong-json' } },
  { name: 'HTML page', fault: { kind: 'non-json' } },
  { name: '202 afterwards', fault: { kind: 'status', status: 202, taken: true } },
  { name: '303 afterwards', fault: { kind: 'status', status: 303, taken: true } },
  { name: '429', fault: { kind: 'status', status: 429 } },
  { name: '429 with hint', fault: { kind: 'status', status: 429, retryAfterSeconds: 3 } },
  { name: '500', fault: { kind: 'status', status: 500 } },
  { name: '500 of the TSB', fault: { kind: 'status', status: 500, errorCode: 700 } },
  { name: '500 afterwards', fault: { kind: 'status', status: 500, taken: true } },
  { name: '504 afterwards', fault: { kind: 'status', status: 504, taken: true } },
  { name: '503 with hint', fault: { kind: 'status', status: 503, retryAfterSeconds: 2 } },
  { name: 'token expired', fault: { kind: 'expire-token' } },
  { name: 'API keys rotated', fault: { kind: 'rotate-api-keys', apiKeys: apiKeysAfter } },
  { name: 'duplicate', fault: { kind: 'duplicate' }, twins: true },
  { name: 'wrong signature', fault: { kind: 'wrong-signature' } },
];
