import { canonicalJson, publicKeyFromSpki, SignError, sha256Hex } from '@securosys/core';
import {
  type CosignFindings,
  collectCosign,
  cosignTrust,
  type GoodCosignSignature,
  preAuthEncoding,
  predicateTypeOf,
  readBundle,
  readEnvelope,
  type StoredBundle,
  type StoredLayer,
} from '@securosys/cosign';
import type { Oci } from '@securosys/oci';
import type { RegistryQuestion, SignatureQuestion } from './registry-lookups.js';

/** Which hash goes with a key on these curves, no key says; each is tried. */
function hashesOf(spki: Uint8Array) {
  const curve = publicKeyFromSpki(spki).asymmetricKeyDetails?.namedCurve;
  return curve === 'secp384r1' || curve === 'secp521r1' ? (['sha256', 'sha384', 'sha512'] as const) : [undefined];
}

/** What the façade found of one key: image signatures, or statements of one type. */
async function findingsOf(
  oci: Oci,
  { reference, clock, call }: RegistryQuestion,
  { spki, predicateType }: SignatureQuestion,
  hash: ReturnType<typeof hashesOf>[number],
): Promise<readonly CosignFindings[]> {
  const { evaluateAttestations, evaluateImage } = await import('@securosys/sign');
  const keys = [{ publicKey: spki, ...(hash && { hash }) }];
  const options = { oci, clock, ...call };
  if (predicateType === undefined) {
    const { manifests } = await evaluateImage(reference, { trust: cosignTrust({ keys }), ...options });
    return manifests;
  }
  const type = predicateTypeOf(predicateType);
  if (type === undefined) throw new SignError('ERR_INVALID_ARGUMENT', 'the predicate type is none');
  return [
    await evaluateAttestations(reference, {
      trust: cosignTrust({ keys, predicateTypes: [type] }),
      predicateType: type,
      ...options,
    }),
  ];
}

/** The bytes that a stored attestation signs; they were verified already. */
function messageOf(stored: StoredLayer | StoredBundle): Uint8Array | undefined {
  try {
    if (stored.kind !== 'bundle') return signedBy(readEnvelope(stored.content));
    const { content } = readBundle(stored.content);
    return content.kind === 'dsse' ? signedBy(content.envelope) : undefined;
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

const signedBy = ({ payload }: { readonly payload: Uint8Array }) => preAuthEncoding('application/vnd.in-toto+json', payload);

/**
 * Whether a key has made another signature of an image. One that says the same is the one that is asked about, found again after a crash,
 * and making it again adds nothing: of an image, with the same annotations, in whichever shape; of an attestation, over the same bytes.
 */
export async function hasSignedWithCosign(oci: Oci, question: RegistryQuestion, asked: SignatureQuestion): Promise<boolean> {
  const found: CosignFindings[] = [];
  for (const hash of hashesOf(asked.spki)) found.push(...(await findingsOf(oci, question, asked, hash)));
  const good = found.flatMap(({ signatures }) => signatures.filter((one) => one.status === 'good'));
  const others =
    asked.predicateType === undefined ? otherAnnotations(good, asked) : await otherStatements(good, asked, oci, question);
  if (others.length > 0) return true;
  const limit = found.flatMap(({ limits }) => limits)[0];
  if (limit !== undefined) throw new SignError('ERR_LIMIT', limit);
  return false;
}

function otherAnnotations(good: readonly GoodCosignSignature[], { annotations }: SignatureQuestion) {
  return good.filter((one) => !annotations || canonicalJson({ ...one.annotations }) !== canonicalJson({ ...annotations }));
}

async function otherStatements(
  good: readonly GoodCosignSignature[],
  asked: SignatureQuestion,
  oci: Oci,
  question: RegistryQuestion,
) {
  const ofType = good.filter(({ predicateType }) => predicateType === asked.predicateType);
  if (ofType.length === 0) return [];
  const messages = await storedMessages(oci, question);
  return ofType.filter(({ manifest, blob }) => messages.get(`${manifest} ${blob}`) !== asked.messageSha256);
}

/** SHA-256 of what every stored attestation signs, by the digests of its manifest and its blob. */
async function storedMessages(oci: Oci, { reference, call }: RegistryQuestion): Promise<ReadonlyMap<string, string>> {
  const repository = oci.open(reference);
  const { descriptor } = await repository.resolve(undefined, call);
  const { attestations, bundles } = await collectCosign(repository, descriptor, call);
  return new Map(
    [...attestations, ...bundles].flatMap((stored) => {
      const message = messageOf(stored);
      return message ? [[`${stored.manifest.digest} ${stored.layer.digest}`, sha256Hex(message)] as const] : [];
    }),
  );
}
