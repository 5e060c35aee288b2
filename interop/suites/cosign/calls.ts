import assert from 'node:assert/strict';
import { described, type Finished, type RunOptions } from '../../lib/process.js';
import type { Cosign, Version } from './cosign.js';
import { type Kind, type Shape, signFlags, verifyFlags } from './shapes.js';

/** What is signed in a case: an image by digest, or a file. What belongs to a file lies beside it. */
export interface Subject {
  /** `host/repository@sha256:…`, or the file's path. */
  readonly name: string;
  readonly kind: Kind;
  readonly shape: Shape;
}

/** Of the attestations, unless a case is about others: `slsaprovenance1`. */
export const predicateType = 'https://slsa.dev/provenance/v1';

/** Where the signature of a file lies. */
export const besideFile = ({ name, shape }: Subject): string => (shape === 'bundle' ? `${name}.sigstore.json` : `${name}.sig`);

/** A predicate in a file and the name of its type. */
export interface Predicate {
  readonly type: string;
  readonly path: string;
}

/** The arguments of `sign`, `attest` or `sign-blob`. */
export function signArguments(
  cosign: Cosign,
  version: Version,
  { key, predicate, more = [] }: { key: string; predicate: Predicate; more?: readonly string[] },
  subject: Subject,
): string[] {
  const { name, kind, shape } = subject;
  const flags = ['--key', key, ...signFlags(cosign, version, shape), ...more];
  if (kind === 'image') return ['sign', ...flags, name];
  if (kind === 'attestation') return ['attest', ...flags, '--type', predicate.type, '--predicate', predicate.path, name];
  return ['sign-blob', ...flags, shape === 'bundle' ? '--bundle' : '--output-signature', besideFile(subject), name];
}

/** What a verification is told besides the key. */
export interface VerifyCall {
  /** Path of the public key, or a URI of a plugin. */
  readonly key: string;
  /** Of an attestation; default {@link predicateType}. */
  readonly type?: string;
  readonly more?: readonly string[];
  readonly options?: RunOptions;
}

/** `verify`, `verify-attestation` or `verify-blob`, whatever comes of it. */
export function cosignVerify(cosign: Cosign, version: Version, subject: Subject, call: VerifyCall): Promise<Finished> {
  const { name, kind, shape } = subject;
  const { key, type = predicateType, more = [], options } = call;
  const flags = ['--key', key, ...verifyFlags(cosign, version, kind, shape), ...more];
  if (kind === 'image') return cosign.run(version, ['verify', ...flags, name], options);
  if (kind === 'attestation') return cosign.run(version, ['verify-attestation', ...flags, '--type', type, name], options);
  const beside = [shape === 'bundle' ? '--bundle' : '--signature', besideFile(subject)];
  return cosign.run(version, ['verify-blob', ...flags, ...beside, name], options);
}

/** The real cosign accepts it. Its prose claims what it did not do, so its code and its JSON count (`cosign.md` §3.5). */
export async function theyAccept(cosign: Cosign, version: Version, subject: Subject, call: VerifyCall): Promise<void> {
  const finished = await cosignVerify(cosign, version, subject, call);
  const said = described(version, [subject.kind, subject.shape, subject.name, ...(call.more ?? [])], finished);
  assert.equal(finished.code, 0, said);
  if (subject.kind === 'image') assert.ok(finished.stdout.includes(String(subject.name.split('@')[1])), said);
  if (subject.kind === 'attestation') assert.match(finished.stdout, /"payloadType":"application\/vnd\.in-toto\+json"/, said);
}

/**
 * The real cosign refuses it, for this reason.
 * @param why what it says
 */
export async function theyRefuse(
  cosign: Cosign,
  version: Version,
  subject: Subject,
  why: RegExp,
  call: VerifyCall,
): Promise<void> {
  const finished = await cosignVerify(cosign, version, subject, call);
  const said = described(version, [subject.kind, subject.shape, subject.name, ...(call.more ?? [])], finished);
  assert.notEqual(finished.code, 0, said);
  assert.match(finished.stderr, why, said);
}
