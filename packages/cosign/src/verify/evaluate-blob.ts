import { equalBytes, hashBytes, invalidArgument, knownOptions, sha256Hex } from '@securosys/core';
import { readBundle } from '../bundle/read-bundle.js';
import { malformed } from '../fields.js';
import { readDetachedSignature } from '../signing/detached-signature.js';
import { type CosignJudgeOptions, judgeContext } from './evaluate-options.js';
import { type JudgeContext, type Judged, judge, type Known } from './judging.js';
import { refuse } from './reasons.js';
import type { CosignReport } from './report.js';
import { signerOf } from './signer-of.js';
import type { CosignTrust } from './trust.js';
import { verdictOf } from './verdict.js';

/** The signature of a blob: a file as `cosign sign-blob --output-signature` writes it (base64), or a sigstore bundle (`cosign.md` §8). */
export type CosignBlobArtifact = { readonly signature: Uint8Array } | { readonly bundle: Uint8Array };

const nothing = Object.freeze(Object.create(null)) as Readonly<Record<string, string>>;

function judgeMessageBundle({ rules }: JudgeContext, bundle: Uint8Array, blob: Uint8Array, known: Known): Judged {
  const { content, key, timestamps } = readBundle(bundle);
  if (key.kind === 'certificate') return malformed('sigstore bundle', 'it is one of a certificate, not of a key');
  if (content.kind === 'dsse') return malformed('sigstore bundle', 'it signs a statement, not a blob');
  const { digest, signature } = content;
  const signer = signerOf(rules, blob, signature, key.hint);
  known(signer);
  if (!equalBytes(hashBytes(digest.algorithm, blob), digest.bytes)) refuse('subject-mismatch', 'the bundle names another blob');
  return { signer, annotations: nothing, evidence: { timestamps, message: signature } };
}

function judgeDetached({ rules }: JudgeContext, file: Uint8Array, blob: Uint8Array, known: Known): Judged {
  const signature = readDetachedSignature(file);
  const signer = signerOf(rules, blob, signature);
  known(signer);
  return { signer, annotations: nothing, evidence: { timestamps: [], message: signature } };
}

/** The bytes of one of two members, of which exactly one is there. @throws SignError `ERR_INVALID_ARGUMENT` */
export function onlyMember<Name extends string>(where: string, value: object, names: readonly [Name, Name]): [Name, Uint8Array] {
  knownOptions(where, value, names);
  const given = names.flatMap((name): [Name, unknown][] => (name in value ? [[name, Reflect.get(value, name)]] : []));
  const [one, more] = given;
  if (!one || more || !(one[1] instanceof Uint8Array))
    return invalidArgument(`${where}: bytes of ${names.join(' or ')} are needed, of one of them`);
  return [one[0], one[1]];
}

/**
 * Judges the signature of a blob (`cosign.md` §8). Predicate types, annotations and `require` of the trust do not concern it.
 * @param blob the whole of it: signatures of cosign cannot be checked by digest alone
 * @throws SignError `ERR_INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { cosignTrust, evaluateCosignBlob } from '@securosys/cosign';
 * const trust = cosignTrust({ keys: [{ publicKey: await readFile('cosign.pub', 'utf8') }] });
 * const bundle = await readFile('release.tar.gz.sigstore.json');
 * const { verdict } = await evaluateCosignBlob(await readFile('release.tar.gz'), { bundle }, trust);
 * ```
 */
export async function evaluateCosignBlob(
  blob: Uint8Array,
  artifact: CosignBlobArtifact,
  trust: CosignTrust,
  options: CosignJudgeOptions = {},
): Promise<CosignReport> {
  const context = judgeContext('evaluateCosignBlob', trust, options);
  if (!(blob instanceof Uint8Array)) invalidArgument('evaluateCosignBlob: blob is no Uint8Array');
  const [kind, bytes] = onlyMember('evaluateCosignBlob', artifact, ['signature', 'bundle']);
  const source = { shape: kind === 'bundle' ? 'bundle' : 'legacy' } as const;
  const result = await judge(context, source, (known) =>
    kind === 'bundle' ? judgeMessageBundle(context, bytes, blob, known) : judgeDetached(context, bytes, blob, known),
  );
  const subject = { digest: `sha256:${sha256Hex(blob)}`, size: blob.byteLength };
  return verdictOf({ ...context.rules, require: 'any' }, { kind: 'cosign', subject, signatures: [result], limits: [] });
}
