import type { Clock, Guard, JsonObject, KeyIntent } from '@securosys/core';
import { textOf } from '../config/setting-values.js';
import { absolutePath } from '../files/read-file.js';
import type { ProgramAudit } from './audit-guard.js';

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

/** What stands before every use of a key. */
export interface ProgramGuards {
  readonly guards: readonly Guard<KeyIntent>[];
  /** Absent: nothing is written down. */
  readonly audit?: ProgramAudit;
}

/**
 * The guards of a configuration, and its audit log; their code is loaded when there are any.
 * @throws SignError for a policy that is not there (`ERR_NOT_FOUND`), that others may change (`ERR_STORE`), or that is none
 * (`ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`): no key is used then
 */
export async function openGuards({ signingPolicy, auditLog }: GuardSettings, clock: Clock | undefined): Promise<ProgramGuards> {
  const guards: Guard<KeyIntent>[] = [];
  if (signingPolicy !== undefined) {
    const { openPolicyGuard } = await import('./policy-guard.js');
    guards.push(await openPolicyGuard(signingPolicy, clock));
  }
  if (auditLog === undefined) return { guards };
  const { openAudit } = await import('./audit-guard.js');
  const audit = openAudit(auditLog, clock);
  return { guards: [...guards, audit.guard], audit };
}

/** The guards alone, for programs that have nothing to add to the log. @throws SignError as {@link openGuards} */
export async function guardsOf(settings: GuardSettings, clock: Clock | undefined): Promise<readonly Guard<KeyIntent>[]> {
  const { guards } = await openGuards(settings, clock);
  return guards;
}
