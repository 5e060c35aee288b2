import { invalidArgument, SignError } from '@securosys/core';
import { type CertificateApiLevel, isPlainSubject, type TsbSubject } from './certificate-input.js';

/** How a server of another generation is met. */
export interface CertificateLevelOptions {
  /**
   * Which field holds the subject (§8, 4). Default: `standardAttributes`, and, when the server refuses that as unknown and the
   * subject is a common name only, `commonName` once. A level that is stated is the only one tried.
   */
  apiLevel?: CertificateApiLevel;
}

/**
 * A refusal because of the name of the newer field. Such a server read no further, so nothing was done. The server's text is all
 * there is to see it by; a text that is not understood means no second try.
 */
const knowsNoAttributes = (error: unknown): boolean =>
  SignError.is(error) &&
  error.details.status === 400 &&
  /\b(?:unrecogni[sz]ed|unknown|unexpected)\b/i.test(error.message) &&
  error.message.includes('standardCertificateAttributes');

/** Runs a call at the level that is stated, or at that which the server understands. A subject never loses parts on the way. */
export async function atLevel<T>(
  level: CertificateApiLevel | undefined,
  subject: TsbSubject,
  run: (level: CertificateApiLevel) => Promise<T>,
): Promise<T> {
  if (level !== undefined && level !== 'standardAttributes' && level !== 'commonName')
    invalidArgument("apiLevel must be 'standardAttributes' or 'commonName'");
  if (level !== undefined) return run(level);
  try {
    return await run('standardAttributes');
  } catch (error) {
    if (!knowsNoAttributes(error) || !isPlainSubject(subject)) throw error;
    return run('commonName');
  }
}
