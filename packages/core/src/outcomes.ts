import type { ActEnding } from './act.js';
import { sha256Hex } from './bytes.js';
import type { SignError } from './errors.js';
import type { ToldOutcome } from './guarding.js';
import type { KeyIntent } from './guards.js';
import type { Operation } from './operation.js';

const sayNo: readonly string[] = ['ERR_VETOED', 'ERR_APPROVAL_REJECTED'];

/** What an error means for the intent. */
export function outcomeOf(error: SignError): 'refused' | 'failed' {
  return sayNo.includes(error.code) ? 'refused' : 'failed';
}

type Outcome = Omit<ToldOutcome, 'intent'>;

/** What a result is told as: a signature by its hash; of a secret nothing, not even that. */
function made({ purpose = 'sign' }: KeyIntent, result: Uint8Array | undefined): Outcome {
  if (purpose === 'decrypt') return { result: 'decrypted' };
  if (purpose === 'derive') return { result: 'derived' };
  return { result: 'signed', ...(result && { signatureSha256: sha256Hex(result) }) };
}

/** What a backend has done at once is verified by now; of a request, however it stands, the end is told later. */
export async function beginningOf(intent: KeyIntent, begun: Operation<Uint8Array>): Promise<Outcome> {
  const { approvals } = begun.state;
  if (begun.id !== undefined) return { result: 'pending', requestId: begun.id, ...(approvals && { approvals }) };
  return made(intent, await begun.settled());
}

/** How a request has ended. */
export function endOf(intent: KeyIntent, { result, error, ...known }: ActEnding<Uint8Array>): Outcome {
  if (result) return { ...known, ...made(intent, result) };
  return { ...known, result: error ? outcomeOf(error) : 'failed', ...(error && { error }) };
}
