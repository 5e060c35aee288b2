import { equalBytes, isoSeconds, SignError, sha256Hex } from '@securosys/core';
import { type Certificate, checkNotaryChain, isSelfSigned } from '@securosys/pki';
import { orderChain } from '../../notation/chains.js';

const soonMs = 30 * 86_400_000;

/** Why nothing among the certificates continues a chain. */
function gap(last: Certificate, certificates: readonly Certificate[]): string {
  const namesake = certificates.some((one) => one !== last && equalBytes(one.subjectDer, last.issuerDer));
  return namesake
    ? 'the certificate with the name of its issuer did not issue it: another CA of this name, no CA, or a broken hash'
    : 'the certificate of its issuer is missing';
}

/**
 * The chain of a key out of what a CA has returned, leaf first, up to a root that signed itself.
 * @throws SignError `ERR_CHAIN_INVALID` when none is for the key, or one is missing
 */
export function wholeChain(spki: Uint8Array, certificates: readonly Certificate[]): readonly Certificate[] {
  if (!certificates.some((one) => equalBytes(one.spki, spki)))
    throw new SignError('ERR_CHAIN_INVALID', `none of the certificates is for this key, whose SHA-256 is ${sha256Hex(spki)}`, {
      details: { rule: 'leaf-key', advice: 'check --key, and that the CA has answered the request of this key' },
    });
  const chain = orderChain(spki, certificates);
  const last = chain.at(-1) as Certificate;
  if (isSelfSigned(last)) return chain;
  throw new SignError('ERR_CHAIN_INVALID', `the chain ends at ${last.subjectText}: ${gap(last, certificates)}`, {
    details: { rule: 'root-not-self-signed', advice: 'name the certificates of the CAs as well, up to the root' },
  });
}

/** What a certificate's dates say now. */
function dates({ notBefore, notAfter, subjectText }: Certificate, now: number): string[] {
  if (now < notBefore) return [`${subjectText} is not valid before ${isoSeconds(notBefore)}`];
  if (now > notAfter) return [`${subjectText} has expired at ${isoSeconds(notAfter)}`];
  return notAfter - now < soonMs ? [`${subjectText} expires at ${isoSeconds(notAfter)}`] : [];
}

/** What is wrong with a whole chain, in sentences. */
export interface ChainJudgement {
  /** Whether Notation takes signatures with it, apart from its dates. */
  readonly usable: boolean;
  readonly warnings: readonly string[];
}

/** Holds a chain to the rules that Notation holds signatures to, and to the time. */
export function judgeChain(chain: readonly Certificate[], now: number): ChainJudgement {
  const warnings = chain.flatMap((certificate) => dates(certificate, now));
  try {
    checkNotaryChain(chain, { purpose: 'code-signing' });
    return { usable: true, warnings };
  } catch (error) {
    if (!SignError.is(error, 'ERR_CHAIN_INVALID')) throw error;
    return { usable: false, warnings: [`notation refuses signatures with this chain: ${error.message}`, ...warnings] };
  }
}

/** What a name lacks that a trust policy of Notation names signers by (`notation.md` §14.4). */
export function missingInName({ subject }: Certificate): readonly string[] {
  const oids = subject.flat().map(({ oid }) => oid);
  return Object.entries({ C: '2.5.4.6', ST: '2.5.4.8', O: '2.5.4.10' }).flatMap(([name, oid]) =>
    oids.includes(oid) ? [] : [name],
  );
}
