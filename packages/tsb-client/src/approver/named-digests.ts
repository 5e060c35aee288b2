import { contradictsChange, hexText, isMovedFromClaim, nodeCrypto, type SigningFacts } from '@securosys/core';
import type { Statements } from '../metadata/distinct.js';
import type { TaskParts } from './compare.js';

/** A text as it is read: without case, compatibility forms and invisible characters. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase();

const hashes = ['sha256', 'sha384', 'sha512'] as const;

/** Hashes of 64, 96 or 128 hex characters, as they stand; named ones, which people also shorten, from 8 characters on. */
const bare = /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})(?![0-9a-f])/g;
const named = /sha(?:256|384|512):([0-9a-f]{8,})/g;

/** Every hash that the bytes of a request prove, or that is one of the request itself: of its payload, and of its key. */
function provenHashes(facts: SigningFacts, { challenge, key }: Pick<TaskParts, 'challenge' | 'key'>): readonly string[] {
  const payload = challenge.payload?.bytes ?? new Uint8Array(0);
  const ofPayload = hashes.map((hash) => nodeCrypto().createHash(hash).update(payload).digest('hex'));
  return [key.spkiSha256, hexText(payload), ...ofPayload, ...(plain(JSON.stringify(facts)).match(bare) ?? [])];
}

/**
 * Claims that name a digest, anywhere in them, must name one that is proven: whoever reads another one would approve something else. What
 * a tag named before is said under a name of its own.
 * @param said what the requester says, of metadata in any form
 */
export function digestMismatches(said: Statements, parts: Pick<TaskParts, 'challenge' | 'key' | 'facts'>): string[] {
  const { facts } = parts;
  if (!facts) return [];
  const proven = provenHashes(facts, parts);
  const foreign = (text: string) =>
    [...text.matchAll(named)].some(([, hex = '']) => !proven.some((hash) => hash.startsWith(hex))) ||
    (text.match(bare) ?? []).some((hex) => !proven.includes(hex));
  return said.flatMap(([name, text]) =>
    !isMovedFromClaim(name, text) && [name, text].map(plain).some(foreign)
      ? [`the claim '${name}' names another digest than the bytes`]
      : [],
  );
}

/** Claims of what the bytes change must say of it what the bytes say, and not only name a digest that stands somewhere in them. */
export function changeMismatches(said: Statements, { facts }: Pick<TaskParts, 'facts'>): string[] {
  return said.flatMap(([name, text]) =>
    facts && contradictsChange(name, text, facts.details) ? [`the claim '${name}' says otherwise than the bytes`] : [],
  );
}
