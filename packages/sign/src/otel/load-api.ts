import { SignError } from '@securosys/core';

/** The package that spans and metrics are made with. */
export type OpenTelemetry = typeof import('@opentelemetry/api');

/**
 * Loads the interface of OpenTelemetry, which is installed by who has telemetry.
 * @throws SignError `ERR_CAPABILITY_MISSING` where it is not installed
 */
export async function loadApi(load: () => Promise<OpenTelemetry> = () => import('@opentelemetry/api')): Promise<OpenTelemetry> {
  try {
    return await load();
  } catch (cause) {
    const missing =
      cause instanceof Error &&
      'code' in cause &&
      /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(cause.code)) &&
      cause.message.includes('@opentelemetry/api');
    if (!missing) throw cause;
    const message = 'spans and metrics need a package that is not installed: npm install @opentelemetry/api';
    throw new SignError('ERR_CAPABILITY_MISSING', message, { cause });
  }
}
