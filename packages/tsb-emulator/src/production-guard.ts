import { SignError } from '@securosys/core';

/** Named so that nobody sets it by accident, and so that it is found in a review (threat model S35). */
export interface ProductionGuardOptions {
  /** Runs although `NODE_ENV` is `production`. Keys are software keys in memory: nothing made with them is worth trusting. */
  iKnowThisIsAnEmulatorAndAllowNodeEnvProduction?: boolean;
}

/** @throws SignError `ERR_EMULATOR_REFUSED` */
export function refuseProduction(options: ProductionGuardOptions, environment: string | undefined): void {
  if (environment?.trim().toLowerCase() !== 'production' || options.iKnowThisIsAnEmulatorAndAllowNodeEnvProduction === true)
    return;
  throw new SignError(
    'ERR_EMULATOR_REFUSED',
    'this is an emulated TSB with software keys and NODE_ENV is production; connect to a real TSB, ' +
      'or set iKnowThisIsAnEmulatorAndAllowNodeEnvProduction',
  );
}
