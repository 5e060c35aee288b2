import { sanitizeText } from '@securosys/core';
import { matchesGlob, tagGlobFault } from '../glob.js';
import { openingPurposes, usualPurpose } from '../purposes.js';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import { oneOf, textList } from './lists.js';

/** By which tag the image was named. */
export const tags: Requirement<readonly string[]> = {
  name: 'tags',
  about: [usualPurpose, ...openingPurposes],
  condition: true,
  read: (place) => textList(place, tagGlobFault),
  judge(patterns, { tag }) {
    if (tag === undefined) return unknown(`it is not known by which tag the image was named; name it by ${oneOf(patterns)}`);
    if (patterns.some((pattern) => matchesGlob(pattern, tag))) return satisfied;
    return unsatisfied(`the tag is ${sanitizeText(tag, 128)}; allowed is ${oneOf(patterns)}`);
  },
  explain: (patterns) => `the image is named by the tag ${oneOf(patterns)}`,
};
