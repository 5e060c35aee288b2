import { SignError } from '@securosys/core';
import type { Deadline } from '../../http/deadline.js';
import { malformed } from './ber.js';

/** Most rounds of one derivation: a hundred times what is usual. */
const maxIterations = 1_000_000;
/** Most rounds that one file makes anybody compute, whatever it holds. */
const maxRounds = 2_000_000;
const maxSaltBytes = 1024;

/** What deriving keys from a password may cost, over one whole file; whoever wrote the file names the price. */
export interface DerivationBudget {
  /**
   * Spends what one derivation costs, before it starts.
   * @param blocks how many blocks of output are derived; each takes all iterations
   * @throws SignError `ERR_LIMIT`, `ERR_MALFORMED`
   */
  spend(iterations: number, blocks: number, salt: Uint8Array): void;
  /** Lets everything else in the process run. @throws SignError `ERR_TIMEOUT`, or the reason of the signal, when the call has ended */
  pause(): Promise<void>;
}

export function derivationBudget(deadline: Deadline): DerivationBudget {
  let left = maxRounds;
  return {
    spend(iterations, blocks, salt) {
      if (iterations > maxIterations) throw new SignError('ERR_LIMIT', `PKCS#12 file asks for over ${maxIterations} iterations`);
      if (iterations < 1 || salt.byteLength > maxSaltBytes) malformed('its key derivation is out of range');
      left -= iterations * blocks;
      if (left < 0) throw new SignError('ERR_LIMIT', `PKCS#12 file asks for over ${maxRounds} iterations in all`);
      deadline.throwIfEnded();
    },
    async pause() {
      await new Promise((resolve) => setImmediate(resolve));
      deadline.throwIfEnded();
    },
  };
}
