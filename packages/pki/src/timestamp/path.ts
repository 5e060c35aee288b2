import { equalBytes, SignError } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { checkNotaryChain } from '../chain.js';
import { extendedKeyUsages } from '../chain-rules.js';
import { issuedBy } from '../issuance.js';
import { refuse, timestampError } from './reasons.js';

/** A chain of a timestamp authority, leaf first, a given anchor last. */
export type TimestampChain = readonly [Certificate, ...Certificate[]];

/** Longest path. */
const maxLength = 8;

/**
 * Signatures that may still be checked to find paths for one token, whoever signed it: names and keys in it may be chosen to form endless
 * paths, before anything says that somebody trusted made it. An honest token takes as many as its chain is long.
 */
export interface PathBudget {
  left: number;
}

/** For one token. */
export function pathBudget(): PathBudget {
  return { left: 64 };
}

function same(a: Certificate, b: Certificate): boolean {
  return a === b || equalBytes(a.der, b.der);
}

/** Every path from `leaf` over `bag` to an anchor, short ways first at each step. */
function* pathsFrom(
  leaf: Certificate,
  bag: readonly Certificate[],
  anchors: readonly Certificate[],
  budget: PathBudget,
): Generator<TimestampChain> {
  const isIssuer = (child: Certificate, parent: Certificate): boolean => {
    if (!equalBytes(child.issuerDer, parent.subjectDer)) return false;
    if (--budget.left < 0) refuse('chain-limit');
    return issuedBy(child, parent);
  };
  function* extend(path: TimestampChain): Generator<TimestampChain> {
    const last = path.at(-1) as Certificate;
    for (const anchor of anchors) if (isIssuer(last, anchor)) yield [...path, anchor];
    if (path.length >= maxLength - 1) return;
    for (const next of bag) {
      const met = path.some((one) => same(one, next)) || anchors.some((anchor) => same(anchor, next));
      if (!met && isIssuer(last, next)) yield* extend([...path, next]);
    }
  }
  const anchor = anchors.find((one) => same(one, leaf));
  // An authority that signs with a self-signed certificate of its own.
  if (anchor) yield [anchor];
  else yield* extend([leaf]);
}

/** Whether every CA of a chain may vouch for timestamping, as Go nests extended key usages: none at all is no limit. */
function mayVouch([, ...cas]: TimestampChain): boolean {
  return cas.every(
    ({ extendedKeyUsage }) =>
      !extendedKeyUsage ||
      extendedKeyUsage.oids.some((oid) => oid === extendedKeyUsages.timeStamping || oid === extendedKeyUsages.any),
  );
}

function checkChain(chain: TimestampChain, at: number): void {
  try {
    checkNotaryChain(chain, { purpose: 'timestamping', signingTime: at });
  } catch (error) {
    if (!SignError.is(error, 'ERR_CHAIN_INVALID')) throw error;
    const { rule, index } = error.details;
    throw timestampError('chain-rule', { why: error.message, cause: error, details: { rule, index } });
  }
  if (!mayVouch(chain)) refuse('chain-key-purpose');
}

/**
 * The chain of the certificate that signed a timestamp (`notation.md` §9.2 step 5, §8): the first path to an anchor on which every
 * certificate is valid at `at`, every CA may issue and vouch for timestamping, and the leaf may do nothing else than timestamping.
 * @throws SignError the error of the first path when none is good
 */
export function timestampChain(
  leaf: Certificate,
  bag: readonly Certificate[],
  anchors: readonly Certificate[],
  at: number,
  budget: PathBudget,
): TimestampChain {
  let first: unknown;
  for (const chain of pathsFrom(leaf, bag, anchors, budget)) {
    try {
      checkChain(chain, at);
      return chain;
    } catch (error) {
      if (!SignError.is(error)) throw error;
      first ??= error;
    }
  }
  if (first) throw first;
  return refuse('chain-not-trusted');
}
