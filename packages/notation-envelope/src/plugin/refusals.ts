import type { PluginErrorCode } from './contract.js';

/** Recognised across the parts of an executable, each of which may have a copy of this class. */
const brand = Symbol.for('@securosys/notation-envelope/ContractRefusal');

/** A refusal by the contract itself: it has a code of the contract's own, and nothing below raises it. */
export class ContractRefusal extends Error {
  override readonly name = 'ContractRefusal';
  constructor(
    readonly errorCode: PluginErrorCode,
    message: string,
  ) {
    super(message);
    Object.defineProperty(this, brand, { value: true });
  }

  static is(value: unknown): value is ContractRefusal {
    return value instanceof Error && brand in value;
  }
}

/** Throws a refusal of a request that does not keep the contract. The message must not quote values. */
export function invalidRequest(message: string): never {
  throw new ContractRefusal('VALIDATION_ERROR', message);
}
