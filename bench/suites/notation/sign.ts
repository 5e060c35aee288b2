import { join } from 'node:path';
import { notationCorpus, signSubject, subjectOf } from '../../corpus/notation.js';
import { type Result, rounded } from '../../figure.js';
import { alternate, inProcess } from '../../measure.js';
import { type GoPeer, outFolder, peerLabel } from '../../peer.js';

const spec = 'rsa-3072';
const atLeast = 1.5;
/**
 * Long enough for every path to be compiled: signing comes to no more than a few hundred calls a second, and a signing service has
 * made thousands before anybody looks at its speed.
 */
const warmUpSeconds = 15;

/** Signing with a software key as every caller does: prepared, signed and verified by the signer, assembled and verified again. */
export async function signFigure(peer: GoPeer | undefined): Promise<Result> {
  const { signer, folder } = await notationCorpus(spec, { signers: 1, envelopesOfEach: 1 }, join(outFolder, 'notation', 'sign'));
  const us = inProcess((index) => signSubject(signer, subjectOf(index)), warmUpSeconds);
  const { ours, theirs, version } = await alternate(us, peer?.contender('sign', folder), { rounds: 11, seconds: 0.6 });
  const ratio = theirs === undefined ? null : rounded(ours / theirs);
  return {
    figure: {
      bench: 'notation',
      figure: `jws sign ${spec}`,
      ours: rounded(ours),
      peer: peerLabel(version),
      theirs: theirs === undefined ? null : rounded(theirs),
      ratio,
    },
    unit: '/s',
    ...(ratio !== null && { goal: { text: `at least ${atLeast}`, met: ratio >= atLeast } }),
  };
}
