import { base64Text, canonicalJson, type JsonValue, utf8Bytes } from '@securosys/core';
import {
  cosignBlob,
  cosignTrust,
  evaluateCosignBlob,
  evaluateCosignBlobAttestation,
  evaluateCosignBundle,
  readBundle,
  readStatement,
  writeBundle,
  writeEnvelope,
  writeImageStatement,
  writePayload,
} from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { type Random, randomFrom } from '../../../notation-envelope/test/mutation/random.js';
import { layerAnnotations } from '../../src/constants.js';
import { judgePayload } from '../../src/verify/judge-payload.js';
import { judge } from '../../src/verify/judging.js';
import { rulesOf } from '../../src/verify/trust.js';
import { digest, dockerReference, signAll, signOver, signStatement } from '../signing/artifacts.js';
import { other, p256, reviewed } from '../storage/world.js';
import { mutantOf } from './mutations.js';

/** Of each of five originals: 200,000 in all under SLOW=1, and else the first of them. */
const mutants = process.env.SLOW ? 40_000 : 150;

const trust = cosignTrust({
  keys: [{ publicKey: other.spki }, { publicKey: p256.spki }],
  predicateTypes: [reviewed],
  annotations: {},
});
const annotations = { build: '42' };
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha256: digest.slice(7) } }],
  predicateType: reviewed,
  predicate: { by: 'us' },
};
const imageStatement = writeImageStatement(digest, annotations);
const blob = utf8Bytes('release');
const payload = writePayload({ dockerReference, digest, annotations });
const signature = base64Text(signOver(payload));
const blobBundle = cosignBlob.prepare(blob, p256);

/** What is accepted says this; `undefined`: it was refused. */
type Judge = (mutant: Uint8Array, random: Random) => Promise<string | undefined>;

const said = (value: unknown) => canonicalJson(value);

const originals: readonly (readonly [string, Uint8Array, Judge])[] = [
  [
    'a bundle of an image signature',
    writeBundle(signStatement(imageStatement)),
    async (mutant) => {
      const report = await evaluateCosignBundle(mutant, { digest }, trust);
      if (report.verdict !== 'trusted') return undefined;
      const { content } = readBundle(mutant);
      const [result] = report.signatures;
      return said([content.kind === 'dsse' && readStatement(content.envelope.payload), result, report.signers]);
    },
  ],
  [
    'a bundle of an attestation',
    writeBundle(signStatement(statement)),
    async (mutant) => {
      const report = await evaluateCosignBlobAttestation({ digest }, { bundle: mutant }, trust);
      return report.verdict === 'trusted' ? said([report.statements, report.signatures]) : undefined;
    },
  ],
  [
    'an envelope',
    writeEnvelope(signStatement(statement)),
    async (mutant) => {
      const report = await evaluateCosignBlobAttestation({ digest }, { envelope: mutant }, trust);
      return report.verdict === 'trusted' ? said([report.statements, report.signatures]) : undefined;
    },
  ],
  [
    'a payload, or its signature',
    payload,
    async (mutant, random) => {
      const text = random.oneIn(2) ? signature : random.pick([`${signature}\n`, signature.slice(1), `${signature}=`, '']);
      const layer = { annotations: { [layerAnnotations.signature]: text } };
      const context = { rules: rulesOf(trust), now: 0 };
      const bytes = text === signature ? mutant : payload;
      const result = await judge(context, { shape: 'legacy' }, (known) => judgePayload(context, bytes, layer, digest, known));
      return result.status === 'good' ? said([result, new TextDecoder().decode(bytes)]) : undefined;
    },
  ],
  [
    'a bundle of a blob',
    writeBundle(blobBundle.assemble(signAll(blobBundle))),
    async (mutant) => {
      const report = await evaluateCosignBlob(blob, { bundle: mutant }, trust);
      return report.verdict === 'trusted' ? said([report.signatures, report.subject]) : undefined;
    },
  ],
];

describe('mutants are refused with a reason, or say what their original says (issue 7):', () => {
  it.each(originals)('%s', async (_, original, verdict) => {
    const random = randomFrom(7);
    // The signature of the original, unchanged, comes first.
    const expected = (await verdict(original, { ...random, oneIn: () => true })) as string;
    expect(JSON.parse(expected) as JsonValue).toBeTruthy();
    const wrong: string[] = [];
    let accepted = 0;
    for (let i = 0; i < mutants; i++) {
      const mutant = mutantOf(original, random);
      const found = await verdict(mutant, random).catch((error: unknown) => `threw ${String(error)}`);
      if (found === undefined) continue;
      if (found === expected) accepted++;
      else wrong.push(`${new TextDecoder().decode(mutant)} -> ${found}`);
    }
    expect(wrong).toEqual([]);
    // Some changes are none: were every mutant refused, the acceptances would never be looked at.
    expect(accepted).toBeGreaterThan(0);
  });
});
