import type { ActEnding } from './act.js';
import { sha256Hex } from './bytes.js';
import type { SignError } from './errors.js';
import type { SigningOutcome } from './guards.js';
import type { Operation } from './operation.js';

const sayNo: readonly string[] = ['ERR_VETOED', 'ERR_APPROVAL_REJECTED'];

/** What an error means for the intent. */
export function outcomeOf(error: SignError): 'refused' | 'failed' {
  return sayNo.includes(error.code) ? 'refused' : 'failed';
}

type Outcome = Omit<SigningOutcome, 'intent'>;

/** What a backend has done at once is verified by now; of a request, however it stands, the end is told later. */
export async function beginningOf(begun: Operation<Uint8Array>): Promise<Outcome> {
  const { approvals } = begun.state;
  if (begun.id !== undefined) return { result: 'pending', requestId: begun.id, ...(approvals && { approvals }) };
  const signature = await begun.settled();
  return { result: 'signed', ...(signature && { signatureSha256: sha256Hex(signature) }) };
}

/** How a request has ended. */
export function endOf({ result, error, ...known }: ActEnding<Uint8Array>): Outcome {
  if (result) return { ...known, result: 'signed', signatureSha256: sha256Hex(result) };
  return { ...known, result: error ? outcomeOf(error) : 'failed', ...(error && { error }) };
}
