import type { Clock, Guard, JsonObject } from '@securosys/core';
import { textOf } from '../config/setting-values.js';
import { absolutePath } from '../files/read-file.js';

/** What a configuration puts before every use of a key. */
export interface GuardSettings {
  /** Absolute path of a signing policy. */
  readonly signingPolicy?: string;
  /** Absolute path of the folder of an audit log. */
  readonly auditLog?: string;
}

/** Members of a configuration that {@link guardSettingsOf} reads. */
export const guardNames = ['signingPolicy', 'auditLog'];

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function guardSettingsOf(config: JsonObject): GuardSettings {
  const signingPolicy = textOf(config, 'signingPolicy');
  const auditLog = textOf(config, 'auditLog');
  return {
    ...(signingPolicy !== undefined && { signingPolicy: absolutePath(signingPolicy, 'the configuration: signingPolicy') }),
    ...(auditLog !== undefined && { auditLog: absolutePath(auditLog, 'the configuration: auditLog') }),
  };
}

/**
 * The guards of a configuration; their code is loaded when there are any.
 * @throws SignError for a policy that is not there (`ERR_NOT_FOUND`), that others may change (`ERR_STORE`), or that is none
 * (`ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`): nothing is signed then
 */
export async function guardsOf({ signingPolicy, auditLog }: GuardSettings, clock: Clock | undefined): Promise<readonly Guard[]> {
  const guards: Guard[] = [];
  if (signingPolicy !== undefined) {
    const { openPolicyGuard } = await import('./policy-guard.js');
    guards.push(await openPolicyGuard(signingPolicy, clock));
  }
  if (auditLog !== undefined) {
    const { openAuditGuard } = await import('./audit-guard.js');
    guards.push(openAuditGuard(auditLog, clock));
  }
  return guards;
}
