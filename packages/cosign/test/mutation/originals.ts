import { sha256Hex, utf8Bytes } from '@securosys/core';
import {
  type CosignReport,
  type CosignTrust,
  cosignBlob,
  cosignTrust,
  detachedSignature,
  evaluateCosignBlob,
  evaluateCosignBlobAttestation,
  evaluateCosignBundle,
  readBundle,
  readEnvelope,
  readPayload,
  readStatement,
  writeBundle,
  writeEnvelope,
  writeImageStatement,
  writePayload,
  writeStatement,
} from '@securosys/cosign';
import { layerAnnotations } from '../../src/constants.js';
import { judgePayload } from '../../src/verify/judge-payload.js';
import { judge } from '../../src/verify/judging.js';
import { rulesOf } from '../../src/verify/trust.js';
import { verdictOf } from '../../src/verify/verdict.js';
import { digest, dockerReference, signAll, signOver, signStatement } from '../signing/artifacts.js';
import type { TestKey } from '../signing/keys.js';

/** One document that verifies, how mutants of it are judged, and what they must go on saying. */
export interface Original {
  readonly name: string;
  /** What is changed. */
  readonly bytes: Uint8Array;
  readonly judge: (bytes: Uint8Array) => Promise<CosignReport>;
  /** All that an acceptance must leave as it was, as text. */
  readonly says: (bytes: Uint8Array) => string;
  /** A good signature over changed contents, for what strictness alone can catch; absent for what has no contents of its own. */
  readonly signAgain?: { readonly contents: Uint8Array; readonly wrap: (contents: Uint8Array) => Uint8Array };
  /** As {@link Original.says}, of contents that the key signed again: what they are about and what kind they are. */
  readonly saysAgain?: (bytes: Uint8Array) => string;
}

const predicateType = 'https://example.com/reviewed/v1';
const blob = utf8Bytes('a blob, signed');
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const trustIn = (key: TestKey): CosignTrust => cosignTrust({ keys: [{ publicKey: key.spki }], predicateTypes: [predicateType] });

/** What a statement is about, told by a reader of ours. */
function about(payload: Uint8Array): string {
  const { subjects, predicateType: type } = readStatement(payload);
  return JSON.stringify([type, subjects.some((one) => `sha256:${one.digest.sha256}` === digest)]);
}

function statementOf(bundle: Uint8Array): Uint8Array {
  const { content } = readBundle(bundle);
  if (content.kind !== 'dsse') throw new Error('accepted, and no statement');
  return content.envelope.payload;
}

function bundleOriginal(name: string, key: TestKey, statement: Uint8Array, judged: Original['judge']): Original {
  return {
    name,
    bytes: writeBundle(signStatement(statement, key)),
    judge: judged,
    says: (bytes) => hexOf(statementOf(bytes)),
    signAgain: { contents: statement, wrap: (contents) => writeBundle(signStatement(contents, key)) },
    saysAgain: (bytes) => about(statementOf(bytes)),
  };
}

function envelopeOriginal(key: TestKey, statement: Uint8Array, trust: CosignTrust): Original {
  return {
    name: 'envelope',
    bytes: writeEnvelope(signStatement(statement, key)),
    judge: (envelope) => evaluateCosignBlobAttestation({ digest }, { envelope }, trust),
    says: (bytes) => hexOf(readEnvelope(bytes).payload),
    signAgain: { contents: statement, wrap: (contents) => writeEnvelope(signStatement(contents, key)) },
    saysAgain: (bytes) => about(readEnvelope(bytes).payload),
  };
}

/** A layer as a file of its own, so that payload and annotation are changed alike: four bytes of length, payload, signature in base64. */
const layerBytes = (payload: Uint8Array, signature: Uint8Array): Uint8Array => {
  const file = detachedSignature({ signature });
  const out = new Uint8Array(4 + payload.byteLength + file.byteLength);
  new DataView(out.buffer).setUint32(0, payload.byteLength);
  out.set(payload, 4);
  out.set(file, 4 + payload.byteLength);
  return out;
};

function layerOf(bytes: Uint8Array): { payload: Uint8Array; annotation: string } {
  const length = bytes.byteLength < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % (bytes.byteLength - 3);
  return { payload: bytes.slice(4, 4 + length), annotation: Buffer.from(bytes.subarray(4 + length)).toString('latin1') };
}

function layerOriginal(key: TestKey, trust: CosignTrust): Original {
  const payload = writePayload({ dockerReference, digest, annotations: { build: '42' } });
  const context = { rules: rulesOf(trust), now: 1_800_000_000_000 };
  return {
    name: 'layer',
    bytes: layerBytes(payload, signOver(payload, key)),
    async judge(bytes) {
      const { payload: changed, annotation } = layerOf(bytes);
      const layer = { annotations: { [layerAnnotations.signature]: annotation } };
      const result = await judge(context, { shape: 'legacy' }, (known) => judgePayload(context, changed, layer, digest, known));
      return verdictOf(context.rules, { kind: 'cosign', subject: { digest }, signatures: [result], limits: [] });
    },
    says: (bytes) => hexOf(layerOf(bytes).payload),
    signAgain: { contents: payload, wrap: (contents) => layerBytes(contents, signOver(contents, key)) },
    saysAgain: (bytes) => readPayload(layerOf(bytes).payload).digest,
  };
}

function blobOriginals(key: TestKey, trust: CosignTrust): Original[] {
  const prepared = cosignBlob.prepare(blob, key);
  const signature = prepared.assemble(signAll(prepared, key));
  return [
    {
      name: 'blob bundle',
      bytes: writeBundle(signature),
      judge: (bundle) => evaluateCosignBlob(blob, { bundle }, trust),
      says: (bytes) => {
        const { content } = readBundle(bytes);
        return content.kind === 'message' ? `${content.digest.algorithm} ${hexOf(content.digest.bytes)}` : 'no blob';
      },
    },
    {
      name: 'blob file',
      bytes: detachedSignature(signature),
      judge: (file) => evaluateCosignBlob(blob, { signature: file }, trust),
      says: () => sha256Hex(blob),
    },
  ];
}

/** Everything that a verifier of ours reads, by one key. */
export function originalsOf(key: TestKey): Original[] {
  const trust = trustIn(key);
  const attested = writeStatement({ digest, name: 'app', predicateType, predicate: { by: 'team', at: [1, { x: null }] } });
  return [
    bundleOriginal('image bundle', key, writeImageStatement(digest, { build: '42' }), (bundle) =>
      evaluateCosignBundle(bundle, { digest }, trust),
    ),
    bundleOriginal('attestation bundle', key, attested, (bundle) => evaluateCosignBlobAttestation({ digest }, { bundle }, trust)),
    envelopeOriginal(key, attested, trust),
    layerOriginal(key, trust),
    ...blobOriginals(key, trust),
  ];
}
