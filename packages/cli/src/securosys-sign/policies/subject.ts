import { invalidArgument, isJsonObject, sha256Hex } from '@securosys/core';
import { parseReference } from '@securosys/oci';
import { policyPurposes, type SigningSubject } from '@securosys/sign/policy';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { publicKeyOf } from '../open/public-keys.js';
import { pairsOf } from '../pairs.js';
import { durationMs } from '../settings/duration.js';

/** Options that say which use of a key is judged. What is not said is unknown, and a rule over it refuses. */
export const subjectOptions: readonly CommandOption[] = [
  { name: 'purpose', value: 'name', describe: 'sign (default), decrypt, derive, or audit-checkpoint' },
  { name: 'image', value: 'image', describe: 'image that would be signed or decrypted: its repository, tag and digest' },
  { name: 'format', value: 'id', describe: 'notation-jws, notation-cose, cosign, cosign-attestation, opaque, …' },
  { name: 'key', value: 'name', describe: 'label of the key, or its name in the configuration' },
  { name: 'public-key', value: 'path', describe: 'the key by its public half, PEM' },
  { name: 'expires-in', value: 'duration', describe: "validity of the signature from now on, or 'never'" },
  { name: 'annotation', value: 'name=value', many: true, describe: 'that would be signed along' },
  { name: 'predicate-type', value: 'uri', describe: 'of an attestation' },
  { name: 'trusted', describe: 'of a decryption: a trusted signature of the image was found' },
];

function imageOf(typed: string | undefined): SigningSubject {
  if (typed === undefined) return {};
  const reference = parseReference(typed);
  const repository = reference.kind === 'layout' ? `oci:${reference.path}` : `${reference.registry}/${reference.repository}`;
  const { tag, digest } = reference;
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** By the file of its public half, by its pin in the configuration; a label alone proves nothing and is not enough. */
async function keyOf(context: CommandContext): Promise<SigningSubject> {
  const { words } = context;
  const [name, path] = [words.text('key'), words.text('public-key')];
  const { [name ?? '']: configured } = (await context.settings()).object('keys') ?? {};
  const known = isJsonObject(configured) ? configured : {};
  const label = typeof known.label === 'string' ? known.label : name;
  if (path !== undefined) {
    const spki = publicKeyOf(await context.readFile(path, '--public-key'), '--public-key');
    return { key: { spkiSha256: sha256Hex(spki), spki, ...(label !== undefined && { label }) } };
  }
  if (name === undefined) return {};
  const { spkiSha256 } = known;
  if (typeof spkiSha256 !== 'string')
    return invalidArgument('a label says nothing about a key: give --public-key, or spkiSha256 in keys of the configuration');
  return { key: { spkiSha256, ...(label !== undefined && { label }) } };
}

const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Purpose, and what only a decryption has. */
function purposeOf({ words }: CommandContext): SigningSubject {
  const typed = words.text('purpose');
  const purpose = policyPurposes.find((one) => one === typed);
  if (typed !== undefined && purpose === undefined) invalidArgument(`--purpose is one of ${policyPurposes.join(', ')}`);
  const trusted = words.flag('trusted');
  if (trusted && purpose !== 'decrypt' && purpose !== 'derive') invalidArgument('--trusted is about a decryption');
  return { ...(purpose && { purpose }), ...(trusted && { trusted }) };
}

function validityOf({ words, clock }: CommandContext): SigningSubject {
  const typed = words.text('expires-in');
  const now = clock.now();
  if (typed === undefined) return { signedAt: seconds(now) };
  const expiresAt = typed === 'never' ? typed : seconds(now + durationMs(typed, '--expires-in'));
  return { signedAt: seconds(now), expiresAt };
}

/**
 * The use of a key that is judged, as it was described.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, those of reading files
 */
export async function typedSubject(context: CommandContext): Promise<SigningSubject> {
  const { words } = context;
  const [format, predicateType] = [words.text('format'), words.text('predicate-type')];
  const annotations = words.list('annotation');
  return {
    ...purposeOf(context),
    ...imageOf(words.text('image')),
    ...(await keyOf(context)),
    ...validityOf(context),
    ...(format !== undefined && { format }),
    ...(predicateType !== undefined && { predicateType }),
    ...(annotations.length > 0 && { annotations: pairsOf('annotation', annotations) }),
  };
}
