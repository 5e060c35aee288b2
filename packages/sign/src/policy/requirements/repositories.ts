import { sanitizeText } from '@securosys/core';
import { isRoundabout } from '../../repository-name.js';
import { matchesGlob, repositoryGlobFault } from '../glob.js';
import { openingPurposes, usualPurpose } from '../purposes.js';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import { oneOf, textList } from './lists.js';

/** Which repositories: of the target, and of the bytes where they name one. */
export const repositories: Requirement<readonly string[]> = {
  name: 'repositories',
  about: [usualPurpose, ...openingPurposes],
  condition: true,
  read: (place) => textList(place, repositoryGlobFault),
  judge(patterns, { repository, signedRepository, purpose }) {
    const known = [repository, signedRepository].filter((name) => name !== undefined);
    if (known.length === 0)
      return unknown(
        `it is not known ${purpose === undefined || purpose === usualPurpose ? 'to which repository the signature goes' : 'in which repository the image is'}; allowed is ${oneOf(patterns)}`,
      );
    const unclear = known.find(isRoundabout);
    if (unclear !== undefined)
      return unknown(
        `the folder ${sanitizeText(unclear, 300)} has another name that is shorter; name it without .., /./, // and \\`,
      );
    const wrong = known.find((name) => !patterns.some((pattern) => matchesGlob(pattern, name)));
    if (wrong === undefined) return satisfied;
    return unsatisfied(`the repository is ${sanitizeText(wrong, 300)}; allowed is ${oneOf(patterns)}`);
  },
  explain: (patterns) => `the repository is ${oneOf(patterns)}`,
};
