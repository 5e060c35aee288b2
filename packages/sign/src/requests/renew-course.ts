import { type CallOptions, type Claims, type Descriptor, hexText, invalidArgument, nodeCrypto, SignError } from '@securosys/core';
import { indexChildren, type Oci } from '@securosys/oci';
import type { RequestFormat } from '../formats/image-format.js';
import { ownFormats } from '../image-formats.js';
import { selectManifests } from '../select-manifests.js';
import { askedAssurance } from './asked-assurance.js';
import { RequestCourse } from './request-course.js';
import { type RequestIdentity, repositoryOf } from './request-identity.js';
import { manifestTarget, type RequestTarget } from './request-target.js';
import { movedClaims } from './tag-memory.js';

/** What preparing anew needs beside the request itself. */
export interface RenewSurroundings {
  readonly oci: Oci;
  /** Told to approvers beside what they were told before. */
  readonly claims: Claims;
}

interface Found {
  readonly subject: Descriptor;
  readonly about: Partial<RequestIdentity> & Pick<RequestIdentity, 'reference'>;
}

/** What the tag of a request names now, and of an index the manifest of the same platform. */
async function foundNow(oci: Oci, identity: RequestIdentity, known: Descriptor, call: CallOptions): Promise<Found> {
  const { reference, tag, index, platform } = identity;
  if (identity.blob || tag === undefined) return { subject: known, about: { reference } };
  const repository = oci.open(reference);
  const image = await repository.resolve(tag, call);
  if (index === undefined) {
    const { mediaType, digest, size } = image.descriptor;
    return { subject: { mediaType, digest, size }, about: { reference: `${repositoryOf(reference)}@${digest}` } };
  }
  if (image.descriptor.digest === index) return { subject: known, about: { reference } };
  const [child, more] =
    platform === undefined || image.manifest.kind !== 'index' || indexChildren(image.manifest, {}).length === 0
      ? []
      : selectManifests(image, { platforms: [platform] });
  if (!child || more) return invalidArgument(`the tag '${tag}' names another index now: prepare a request for it`);
  await repository.fetchManifest(child.descriptor, call);
  return { subject: child.descriptor, about: { reference: child.reference, index: image.descriptor.digest } };
}

/** What approvers are told when the tag names something else than before. */
function movedFrom(before: RequestIdentity, { tag, reference, index }: RequestIdentity): Claims {
  const digestOf = (name: string) => name.slice(name.lastIndexOf('@') + 1);
  return tag === undefined ? {} : movedClaims(tag, before.index ?? digestOf(before.reference), index ?? digestOf(reference));
}

/**
 * The same prepared anew, for what its tag names now. Nothing is asked and nothing written.
 * @throws SignError those of the signer and the registry
 */
export async function renewedCourse<T>(
  { parts, taken }: RequestCourse<T>,
  { oci, claims }: RenewSurroundings,
  call: CallOptions,
): Promise<RequestCourse<T>> {
  const { record, prepared, subject: known } = taken;
  const { signer, store, clock, timestamper, formats = ownFormats } = parts;
  const { subject, about } = await foundNow(oci, record.identity, known, call);
  const format = formats.request(record.identity.format) as RequestFormat;
  const identity: RequestIdentity = { ...record.identity, ...about, ...format.remembered?.(subject) };
  const { spec, spki } = await signer.describe(call);
  const assurance = await askedAssurance(signer, call);
  const chain = format.certified ? await signer.chain(call) : [];
  if (format.certified && chain.length === 0)
    throw new SignError('ERR_CHAIN_INVALID', 'the key has no certificates: give its chain', { details: { rule: 'chain-empty' } });
  const anew = format.again(prepared, subject, { spec, spki, chain, assurance }, identity, clock);
  const nonce = hexText(nodeCrypto().randomBytes(16));
  const target = identity.blob ? parts.target : (manifestTarget(oci, clock, identity, formats) as RequestTarget<unknown>);
  return new RequestCourse<T>({
    record: {
      identity,
      claims: { ...record.claims, ...movedFrom(record.identity, identity), ...claims },
      nonce,
      prepared: anew.toJSON(),
    },
    prepared: anew,
    subject,
    signer,
    store,
    clock,
    timestamper,
    formats,
    target: target as RequestTarget<T>,
    origin: 'new',
  });
}
