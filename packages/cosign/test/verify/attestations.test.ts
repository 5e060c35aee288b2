import { base64Text, utf8Bytes } from '@securosys/core';
import { attachCosign, cosignTrust, evaluateCosignAttestations, writeBundle, writeEnvelope } from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { layerAnnotations } from '../../src/constants.js';
import { envelopeJson, jsonBytes, signStatement } from '../signing/artifacts.js';
import { attested, other, p256, reviewed, signed, type World, world } from '../storage/world.js';
import { plantBundle, plantLayer, short } from './plant.js';

const both = [{ publicKey: p256.spki, name: 'builder' }, { publicKey: other.spki }];
const trust = cosignTrust({ keys: [{ publicKey: p256.spki }], predicateTypes: [reviewed] });
const judge = async (w: World) => short(await evaluateCosignAttestations(w.repository, w.subject, trust));
const plantEnvelope = (w: World, envelope: Uint8Array) =>
  plantLayer(w, '.att', envelope, { [layerAnnotations.signature]: '', predicateType: reviewed });
const statementOf = (w: World, change: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v0.1',
  subject: [{ name: 'app', digest: { sha256: w.subject.digest.slice(7) } }],
  predicateType: reviewed,
  predicate: { by: 'us' },
  ...change,
});

describe('attestations are trusted', () => {
  it.each([[true], [false]])('in both shapes, and given back once (referrers API: %s)', async (referrersApi) => {
    const w = world({ referrersApi });
    await attachCosign(w.repository, attested(w.subject), w.subject);
    const report = await evaluateCosignAttestations(w.repository, w.subject, trust);
    expect(short(report)).toEqual(['trusted', 'legacy: good', 'bundle: good']);
    if (report.verdict !== 'trusted') throw new Error('not trusted');
    expect(report.statements).toMatchObject([
      {
        statement: { predicateType: reviewed, predicate: { by: 'us' } },
        typed: { type: 'other' },
        signers: [{ algorithm: 'ecdsa-sha256' }],
      },
    ]);
  });

  it('by as many distinct keys as the threshold says, behind one and the same statement only', async () => {
    const w = world();
    await attachCosign(w.repository, attested(w.subject, p256, { by: 'us', also: 'x' }), w.subject);
    await attachCosign(w.repository, attested(w.subject, other, { by: 'them' }), w.subject);
    await plantEnvelope(w, writeEnvelope(signStatement(statementOf(w, { predicate: { also: 'x', by: 'us' } }), other)));
    const two = cosignTrust({ keys: both, predicateTypes: [reviewed], threshold: 2 });
    const report = await evaluateCosignAttestations(w.repository, w.subject, two);
    if (report.verdict !== 'trusted') throw new Error('not trusted');
    expect(report.statements.map(({ statement }) => statement.predicate)).toEqual([{ by: 'us', also: 'x' }]);
    expect(report.statements[0]?.signers).toHaveLength(2);
  });

  it('and name those subjects only that as many keys have named alike: one key alone speaks for itself', async () => {
    const w = world();
    const [bare] = statementOf(w).subject;
    const shared = { name: 'shared', digest: { sha256: 'ef'.repeat(32) } };
    const alone = { name: 'never said by the other', digest: { sha256: 'cd'.repeat(32) } };
    const named = { ...bare, name: 'renamed' };
    await plantEnvelope(w, writeEnvelope(signStatement(statementOf(w, { subject: [named, alone, shared] }))));
    await plantEnvelope(w, writeEnvelope(signStatement(statementOf(w, { subject: [bare, shared] }), other)));
    const subjectsFor = async (threshold: number) => {
      const by = cosignTrust({ keys: both, predicateTypes: [reviewed], threshold });
      const report = await evaluateCosignAttestations(w.repository, w.subject, by);
      return report.verdict === 'trusted' ? report.statements.map(({ statement }) => statement.subjects) : report.reason;
    };
    expect(await subjectsFor(2)).toEqual([[{ digest: bare?.digest }, shared]]);
    expect(await subjectsFor(1)).toEqual([[named, alone, shared]]);
  });

  it('by their short names, and come back typed', async () => {
    const w = world();
    const predicate = { Data: 'text', Timestamp: '2026-01-01T00:00:00Z' };
    const predicateType = 'https://cosign.sigstore.dev/attestation/v1';
    await plantBundle(w, writeBundle(signStatement(statementOf(w, { predicateType, predicate }))));
    const custom = cosignTrust({ keys: both, predicateTypes: ['custom'] });
    const report = await evaluateCosignAttestations(w.repository, w.subject, custom);
    expect(report).toMatchObject({ verdict: 'trusted', statements: [{ typed: { type: 'custom', predicate } }] });
  });

  it('from an envelope in which cosign 2.5 left an empty key id, or with a foreign one: none is looked at in .att (§5.3)', async () => {
    const w = world();
    for (const keyid of ['', 'whatever']) {
      const { signatures, ...envelope } = envelopeJson(signStatement(statementOf(w)));
      const [signature] = signatures as object[];
      await plantEnvelope(w, jsonBytes({ ...envelope, signatures: [{ keyid, ...signature }] }));
    }
    expect(await judge(w)).toEqual(['trusted', 'legacy: good', 'legacy: good']);
  });
});

describe('attestations are not trusted', () => {
  it('by an image signature of the same key', async () => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject), w.subject);
    expect(await judge(w)).toEqual(['no-good-signature', 'bundle: predicate-type']);
  });

  it('by another key, about another image, or without any', async () => {
    const w = world();
    expect(await judge(w)).toEqual(['no-signatures']);
    await plantEnvelope(w, writeEnvelope(signStatement(statementOf(w), other)));
    const elsewhere = { subject: [{ digest: { sha256: 'cd'.repeat(32) } }] };
    await plantEnvelope(w, writeEnvelope(signStatement(statementOf(w, elsewhere))));
    await plantBundle(w, writeBundle(signStatement(statementOf(w, elsewhere))));
    expect(await judge(w)).toEqual([
      'no-good-signature',
      'legacy: no-trusted-key',
      'legacy: subject-mismatch',
      'bundle: subject-mismatch',
    ]);
  });

  const envelopes: readonly (readonly [string, string, (w: World) => Uint8Array])[] = [
    [
      'of another payload type, well signed (CVE-2022-35929)',
      'malformed',
      (w) => jsonBytes(envelopeJson(signStatement(statementOf(w), p256, 'application/json'), 'application/json')),
    ],
    [
      'with two signatures',
      'malformed',
      (w) => {
        const envelope = envelopeJson(signStatement(statementOf(w)));
        const [signature] = envelope.signatures as object[];
        return jsonBytes({ ...envelope, signatures: [signature, signature] });
      },
    ],
    ['with garbage for a statement', 'malformed', () => writeEnvelope(signStatement('[]'))],
    ['with an unknown member of the statement', 'malformed', (w) => writeEnvelope(signStatement(statementOf(w, { vendor: 1 })))],
    ['with a text for a predicate', 'malformed', (w) => writeEnvelope(signStatement(statementOf(w, { predicate: 'x' })))],
    ['with a null subject', 'malformed', (w) => writeEnvelope(signStatement(statementOf(w, { subject: null })))],
    [
      'with a digest that is no hex',
      'malformed',
      (w) =>
        writeEnvelope(
          signStatement(statementOf(w, { subject: [{ digest: { sha256: w.subject.digest.slice(7), git: 'x y' } }] })),
        ),
    ],
    [
      'with a changed byte',
      'no-trusted-key',
      (w) => {
        const envelope = envelopeJson(signStatement(statementOf(w)));
        return jsonBytes({ ...envelope, payload: base64Text(utf8Bytes(JSON.stringify(statementOf(w, { predicate: {} })))) });
      },
    ],
  ];
  it.each(envelopes)('by an envelope %s', async (_, code, make) => {
    const w = world();
    await plantEnvelope(w, make(w));
    expect(await judge(w)).toEqual(['no-good-signature', `legacy: ${code}`]);
  });
});
