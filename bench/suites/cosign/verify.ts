import { createPublicKey, verify } from 'node:crypto';
import type { KeySpec } from '@securosys/core';
import { evaluateCosignBundle, preAuthEncoding, readBundle } from '@securosys/cosign';
import { bundleFromJSON } from '@sigstore/bundle';
import { type PublicKey, TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { type Result, rounded } from '../../figure.js';
import { alternate, type Contender, inProcess, perSecond } from '../../measure.js';
import { type BundleOfImage, bundleCorpus, type Corpus } from './corpus.js';

const specs: readonly KeySpec[] = ['ec-p256', 'rsa-3072'];
const count = 1_000;
const atLeast = 1.5;
const short = process.env.BENCH === 'short';
const rounds = short ? { rounds: 3, seconds: 0.3 } : { rounds: 11, seconds: 0.6 };
const warmUpSeconds = short ? 1.5 : 3;

/** The bundle with one changed byte of its signature. */
function tampered({ bytes }: BundleOfImage): Uint8Array {
  const text = Buffer.from(bytes).toString();
  const at = text.indexOf('"sig":"') + 30;
  return Buffer.from(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
}

/** Everything that is checked: form, signature, statement, subject, predicate type. */
async function ours({ bundles, trust }: Corpus): Promise<Contender> {
  const verdictOf = async (bytes: Uint8Array, digest: string) => (await evaluateCosignBundle(bytes, { digest }, trust)).verdict;
  const [first] = bundles as [BundleOfImage];
  if ((await verdictOf(tampered(first), first.digest)) !== 'not-trusted') throw new Error('we accept a tampered bundle');
  return inProcess(async (index) => {
    const { bytes, digest } = bundles[index % count] as BundleOfImage;
    if ((await verdictOf(bytes, digest)) !== 'trusted') throw new Error(`bundle ${index} is refused`);
  }, warmUpSeconds);
}

/** How the peer is told the key. */
type Keys = Parameters<typeof toTrustMaterial>[1];

/** As it takes keys: by their hints, as DER. It parses them for each bundle. */
const keysByHint = ({ spki, bundles }: Corpus): Keys => {
  const { verificationMaterial } = JSON.parse(Buffer.from((bundles[0] as BundleOfImage).bytes).toString());
  const publicKey = { rawBytes: Buffer.from(spki) } as PublicKey;
  return { [verificationMaterial.publicKey.hint]: publicKey };
};

/** A finder of ours, which parses the key once. */
const keyFinder = ({ spki }: Corpus): Keys => {
  const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return () => ({ publicKey, validFor: () => true });
};

/** The signature and nothing else: the peer leaves payload type, statement and subject to its callers. */
function theirs({ bundles }: Corpus, keys: Keys): Contender {
  const none = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON({}), keys), none);
  const verifyBundle = (bytes: Uint8Array) =>
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(Buffer.from(bytes).toString()))));
  const refuses = (): boolean => {
    try {
      verifyBundle(tampered(bundles[0] as BundleOfImage));
      return false;
    } catch {
      return true;
    }
  };
  if (!refuses()) throw new Error('the peer accepts a tampered bundle');
  return inProcess(async (index) => verifyBundle((bundles[index % count] as BundleOfImage).bytes), warmUpSeconds);
}

/** The signatures alone, by OpenSSL: what neither side can be faster than. */
function bare({ spki, bundles }: Corpus): Contender {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const signed = bundles.map(({ bytes }) => {
    const { content } = readBundle(bytes);
    if (content.kind !== 'dsse') throw new Error('there is no envelope');
    const { payload, signature } = content.envelope;
    return { message: preAuthEncoding('application/vnd.in-toto+json', payload), signature };
  });
  return inProcess(async (index) => {
    const { message, signature } = signed[index % count] as (typeof signed)[0];
    if (!verify('sha256', message, key, signature)) throw new Error(`signature ${index} is wrong`);
  }, warmUpSeconds);
}

/** Verification of a thousand bundles of one key, against `@sigstore/verify` in both ways in which it can be told the key. */
export async function* verifyFigures(note: (text: string) => void): AsyncIterable<Result> {
  for (const spec of specs) {
    const corpus = await bundleCorpus(spec, count);
    for (const [how, keys, goal] of [
      ['', keysByHint(corpus), true],
      [', key parsed once', keyFinder(corpus), false],
    ] as const) {
      const medians = await alternate(await ours(corpus), theirs(corpus, keys), rounds);
      const ratio = medians.theirs === undefined ? null : rounded(medians.ours / medians.theirs);
      yield {
        figure: {
          bench: 'cosign',
          figure: `verify bundles ${spec}${how}`,
          ours: rounded(medians.ours),
          peer: '@sigstore/verify',
          theirs: medians.theirs === undefined ? null : rounded(medians.theirs),
          ratio,
        },
        unit: '/s',
        ...(goal && ratio !== null && { goal: { text: `at least ${atLeast}`, met: ratio >= atLeast } }),
      };
    }
    note(
      `OpenSSL itself verifies ${rounded(perSecond(await bare(corpus).round(rounds.seconds)))} of these signatures per second`,
    );
  }
}
