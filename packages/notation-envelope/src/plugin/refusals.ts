import type { PluginErrorCode } from './contract.js';

/** A refusal by the contract itself: it has a code of the contract's own, and nothing below raises it. */
export class ContractRefusal extends Error {
  override readonly name = 'ContractRefusal';
  constructor(
    readonly errorCode: PluginErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Throws a refusal of a request that does not keep the contract. The message must not quote values. */
export function invalidRequest(message: string): never {
  throw new ContractRefusal('VALIDATION_ERROR', message);
}
