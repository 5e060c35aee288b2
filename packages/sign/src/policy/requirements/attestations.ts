import { nodeCrypto, ownBytes, sanitizeText, sha256Hex } from '@securosys/core';
import type { Place } from '../place.js';
import { openingPurposes, usualPurpose } from '../purposes.js';
import type { AttestationKeys, FoundStatement } from '../registry-lookups.js';
import { type Finding, type Requirement, satisfied, unknown, unsatisfied, type World } from '../requirement.js';
import type { SigningSubject } from '../subject.js';
import { imageQuestion, whyUnknown } from './image-question.js';
import { oneOf, textList } from './lists.js';

/** An attestation that has to be there before anything is signed. */
interface AttestationRule {
  readonly predicateType: string;
  /** Ids of builders, of which provenance has to name one. */
  readonly builders?: readonly string[];
  /** Absent: those of the caller. */
  readonly keys?: AttestationKeys & { readonly hashes: readonly string[] };
}

/** Where the two versions of provenance name their builder. */
const provenance = ['https://slsa.dev/provenance/v1', 'https://slsa.dev/provenance/v0.2'];
const provenanceNames = ['slsaprovenance', 'slsaprovenance02', 'slsaprovenance1'];

function readKey(place: Place): { readonly pem: string; readonly hash: string; readonly curve: string | undefined } {
  const pem = place.content;
  if (
    typeof pem !== 'string' ||
    pem.length > 10_000 ||
    !/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n*$/.test(pem)
  )
    return place.wrong('is not a public key in PEM');
  try {
    const key = nodeCrypto().createPublicKey(pem);
    return {
      pem,
      curve: key.asymmetricKeyDetails?.namedCurve,
      hash: sha256Hex(ownBytes(key.export({ type: 'spki', format: 'der' }))),
    };
  } catch {
    return place.wrong('is not a public key that can be read');
  }
}

function readKeys(place: Place, threshold: Place | undefined): AttestationRule['keys'] {
  const items = place.items(100);
  const found = items.map(readKey);
  if (found.length === 0) place.wrong('is empty: name a key, or leave it out and give trust');
  const unclear = found.findIndex(({ curve }) => curve === 'secp384r1' || curve === 'secp521r1');
  items[unclear]?.wrong('does not say with which hash it signs: give keys on P-384 and P-521 by trust');
  const hashes = found.map(({ hash }) => hash);
  if (new Set(hashes).size < hashes.length) place.wrong('names one key twice');
  const count = threshold?.content ?? 1;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1 || count > found.length)
    return (threshold ?? place).wrong('is not a number from 1 to that of the keys');
  return { kind: 'keys', publicKeys: found.map(({ pem }) => pem), threshold: count, hashes };
}

function readRule(place: Place): AttestationRule {
  const found = place.members(['predicateType', 'builders', 'keys', 'threshold']);
  const type = found.get('predicateType') ?? place.wrong('needs a predicateType, for example slsaprovenance1');
  const predicateType = type.text();
  if (!/^(?:[a-z0-9]+|[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+)$/.test(predicateType))
    type.wrong('is neither a URI nor a short name such as slsaprovenance1');
  const builders = found.get('builders');
  if (builders && ![...provenance, ...provenanceNames].includes(predicateType)) builders.wrong('only provenance names a builder');
  const [keys, threshold] = [found.get('keys'), found.get('threshold')];
  if (threshold && !keys) threshold.wrong('is about keys, and there are none');
  return {
    predicateType,
    ...(builders && { builders: textList(builders) }),
    ...(keys && { keys: readKeys(keys, threshold) as NonNullable<AttestationRule['keys']> }),
  };
}

function memberOf(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, name)
        ? (found as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}

function builderOf({ predicate, predicateType }: FoundStatement): unknown {
  return predicateType === provenance[0]
    ? memberOf(predicate, 'runDetails', 'builder', 'id')
    : memberOf(predicate, 'builder', 'id');
}

function text({ predicateType, builders, keys }: AttestationRule): string {
  const who = keys ? `${keys.threshold} of the keys ${keys.hashes.map((hash) => `[key ${hash}]`).join(', ')}` : 'a trusted key';
  return `an attestation of type ${predicateType}${builders ? ` by the builder ${oneOf(builders)}` : ''}, signed by ${who}`;
}

async function judgeOne(rule: AttestationRule, subject: SigningSubject, world: World): Promise<Finding> {
  const wanted = `the image needs ${text(rule)}`;
  const trust = rule.keys ?? world.trust;
  if (!trust) return unknown(`${wanted}; whose attestations are trusted is not known here: name keys, or give trust`);
  const asked = imageQuestion(subject, world);
  if (typeof asked === 'string') return unknown(`${wanted}; ${asked}`);
  try {
    const found = await asked.registry.statements(asked.question, trust, rule.predicateType);
    if (found.length === 0) return unsatisfied(`${wanted}, and has none`);
    const ids = found.map(builderOf);
    if (!rule.builders || ids.some((id) => typeof id === 'string' && rule.builders?.includes(id))) return satisfied;
    const others = ids.map((id) => (typeof id === 'string' ? sanitizeText(id, 200) : 'nobody'));
    return unsatisfied(`${wanted}, and has one by ${oneOf([...new Set(others)])}`);
  } catch (error) {
    return unknown(`${wanted}; ${whyUnknown(error, world)}`);
  }
}

/** What somebody else has to have said of the image, in statements that were verified. */
export const attestations: Requirement<readonly AttestationRule[]> = {
  name: 'attestations',
  about: [usualPurpose, ...openingPurposes],
  asks: true,
  read(place) {
    const rules = place.items(20).map(readRule);
    return rules.length === 0 ? place.wrong('is empty: leave it out when no attestation is needed') : rules;
  },
  async judge(rules, subject, world) {
    for (const rule of rules) {
      const found = await judgeOne(rule, subject, world);
      if (found.status !== 'satisfied') return found;
    }
    return satisfied;
  },
  explain: (rules) => `the image has ${rules.map(text).join('; and ')}`,
};
