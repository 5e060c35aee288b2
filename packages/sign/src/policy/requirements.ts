import type { Requirement } from './requirement.js';
import { annotations } from './requirements/annotations.js';
import { attestations } from './requirements/attestations.js';
import { custom } from './requirements/custom.js';
import { formats } from './requirements/formats.js';
import { keys } from './requirements/keys.js';
import { notAlreadySigned } from './requirements/not-already-signed.js';
import { repositories } from './requirements/repositories.js';
import { requireTrusted } from './requirements/require-trusted.js';
import { tags } from './requirements/tags.js';
import { times } from './requirements/times.js';
import { maxValidity, requireExpiry } from './requirements/validity.js';

const all = [
  ...[repositories, tags, keys, formats, maxValidity, requireExpiry, annotations, requireTrusted, times],
  ...[attestations, notAlreadySigned, custom],
] as readonly Requirement[];

/** Every kind of rule by its name, in the order in which they are judged: facts first, then what others are asked for. */
export const requirements: ReadonlyMap<string, Requirement> = new Map(all.map((one) => [one.name, one]));
