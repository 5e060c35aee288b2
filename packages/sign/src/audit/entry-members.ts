import {
  type Descriptor,
  type JsonObject,
  type JsonValue,
  type KeyIntent,
  type SecretSource,
  type SigningFacts,
  type SigningTarget,
  sanitizeText,
} from '@securosys/core';

/** Longest text of one member, and most members of one group: a request may claim what it likes, and a record has to fit its line. */
const longest = 400;
export const most = 16;
/** Approvers are named by their public keys, base64 of up to 4096 bits. */
const longestApprover = 1200;
/**
 * Most bytes of one group of claims or details, and of one list of approvers. With them the longest record, an outcome that stands without its
 * intent, fits its line: else whoever claims enough would have a key used without a record of what came of it.
 */
const groupBytes = 8 * 1024;
const peopleBytes = 9 * 1024;

/** Members of a record, of which some may be unknown. */
export type Members = Readonly<Record<string, JsonValue | undefined>>;

/** Members that are there; `undefined` when none is. */
export function group(members: Members): JsonObject | undefined {
  const present = Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

/** What anybody said, made safe to show, and not too long. */
export const text = (value: unknown): string | undefined =>
  value === undefined ? undefined : sanitizeText(String(value), longest);

/** The first of these that there is room for: `most` in number, and so many bytes of JSON. */
function fitting<T extends JsonValue>(values: readonly T[], bytes: number): readonly T[] {
  let left = bytes;
  const past = values.findIndex((value, index) => {
    left -= Buffer.byteLength(JSON.stringify(value)) + 1;
    return index >= most || left < 0;
  });
  return past < 0 ? values : values.slice(0, past);
}

/** Approvers, as far as there is room. */
export function people(values: readonly string[]): JsonValue[] {
  const shown = fitting(
    values.map((value) => sanitizeText(value, longestApprover)),
    peopleBytes,
  );
  return shown.length < values.length ? [...shown, `… ${values.length - shown.length} more`] : [...shown];
}

/** What comes first stays, in its own words and when there is too much. */
export function texts(...sources: readonly (Readonly<Record<string, string>> | undefined)[]): JsonObject | undefined {
  const named = new Map<string, string>();
  let unsaid = 0;
  for (const values of sources)
    for (const [name, value] of Object.entries(values ?? {})) {
      const [known, said] = [sanitizeText(name, 80), sanitizeText(value, longest)];
      if (!named.has(known)) named.set(known, said);
      else if (named.get(known) !== said) unsaid++;
    }
  const shown = fitting([...named], groupBytes);
  const hidden = named.size - shown.length + unsaid;
  return group({ ...Object.fromEntries(shown), ...(hidden > 0 && { '…': `${hidden} more` }) });
}

export const descriptor = (of: Descriptor | undefined): JsonObject | undefined =>
  of && group({ mediaType: text(of.mediaType), digest: text(of.digest), size: of.size });

export const target = (of: SigningTarget | undefined): JsonObject | undefined =>
  of && group({ repository: text(of.repository), tag: text(of.tag), digest: text(of.digest), name: text(of.name) });

/** The encrypted image that a secret opens. */
export const source = (of: SecretSource | undefined): JsonObject | undefined =>
  of &&
  group({
    repository: text(of.repository),
    tag: text(of.tag),
    digest: text(of.digest),
    layers: of.layers,
    trusted: of.trusted,
  });

/** A key pair by its public half, a symmetric key by its check value. */
export const keyMembers = ({ ref, spec, assurance }: KeyIntent['key']): JsonObject | undefined =>
  group({ spkiSha256: ref.spkiSha256, checkSha256: ref.checkSha256, label: text(ref.label), spec, assurance });

/** What the bytes say, as their format explains them; of a decryption, what the caller of the key knows. */
export const factMembers = (facts: SigningFacts | undefined): JsonObject | undefined =>
  facts &&
  group({
    format: text(facts.format),
    title: text(facts.title),
    subject: descriptor(facts.subject),
    signedAt: text(facts.signedAt),
    expiresAt: text(facts.expiresAt),
    details: texts(facts.details),
  });
