import { SignError, sanitizeText } from '@securosys/core';
import { adviceOf } from './advice.js';
import { type Exit, exitCodes, exitOf } from './exit-codes.js';
import type { SecurosysSignIo } from './io.js';
import { asciiJson, shownLine } from './output/output.js';
import { programName } from './program-name.js';

/** The user wants it to end; `resume` says how to go on where something waits. */
export class Interruption extends Error {
  constructor(
    readonly signalName: string,
    readonly resume: string | undefined,
  ) {
    super('ended by the user');
  }
}

/** What is shown of a run that failed. */
export interface Failure {
  readonly exit: Exit;
  readonly code: string;
  readonly message: string;
  /** Of the request that waits or was refused. */
  readonly requestId?: string;
  readonly advice?: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Where people can look meanwhile: signing requests have ids of 64 hexadecimal digits. */
const whoIsMissing = (code: string, requestId: string | undefined): string =>
  code === 'ERR_APPROVAL_PENDING' && requestId !== undefined && /^[0-9a-f]{64}$/.test(requestId)
    ? `; ${programName} request status ${requestId} says who is missing`
    : '';

/** What is shown of an error. Errors that are none of ours are not quoted (S37): what they say may be anything. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Interruption) {
    const { signalName, resume } = error;
    const exit = resume !== undefined ? 'pending' : signalName === 'SIGTERM' ? 'terminated' : 'interrupted';
    return {
      exit,
      code: 'INTERRUPTED',
      message: 'stopped waiting; nothing was withdrawn',
      ...(resume !== undefined && { advice: resume }),
    };
  }
  if (!SignError.is(error))
    return { exit: 'internal', code: 'INTERNAL', message: 'the command failed: this is a mistake of the program' };
  const { code, message, details } = error;
  const requestId = text(details.requestId) ?? text(details.brokerRequestId);
  const advice = text(details.advice) ?? adviceOf(code);
  return {
    exit: exitOf(code),
    code,
    message: sanitizeText(message, 800),
    ...(requestId !== undefined && { requestId: sanitizeText(requestId, 128) }),
    ...(advice !== undefined && { advice: sanitizeText(`${advice}${whoIsMissing(code, requestId)}`, 600) }),
  };
}

/** Writes a failure: one clear line, and what to do; with `--json` one object. @returns the exit code */
export function tellFailure(
  failure: Failure,
  { stderr }: Pick<SecurosysSignIo, 'stderr'>,
  json: boolean,
  coloured: boolean,
): number {
  const { exit, code, message, requestId, advice } = failure;
  const exitCode = exitCodes[exit];
  if (json) {
    stderr.write(
      `${asciiJson({ error: { code, message, exitCode, ...(requestId && { requestId }), ...(advice && { advice }) } })}\n`,
    );
    return exitCode;
  }
  const tone = exit === 'pending' ? 'warn' : 'bad';
  stderr.write(`${shownLine({ text: `${programName}: ${message} (${code})`, tone }, coloured)}\n`);
  if (requestId !== undefined) stderr.write(`  request: ${requestId}\n`);
  if (advice !== undefined) stderr.write(`  ${advice}\n`);
  return exitCode;
}
