import { sanitizeText } from '@securosys/core';
import { matchesGlob, repositoryGlobFault } from '../glob.js';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import { oneOf, textList } from './lists.js';

/**
 * Whether a folder is named in a way round: another rule may be about the plain name, and a star stands for a way up too. Names of registries
 * have nothing of this; backslashes are slashes to Windows.
 */
function isRoundabout(name: string): boolean {
  const [first, ...parts] = name.replace(/^oci:/, '').split('/');
  return first === '..' || name.includes('\\') || parts.some((part) => part === '' || part === '.' || part === '..');
}

/** Which repositories: of the target, and of the bytes where they name one. */
export const repositories: Requirement<readonly string[]> = {
  name: 'repositories',
  condition: true,
  read: (place) => textList(place, repositoryGlobFault),
  judge(patterns, { repository, signedRepository }) {
    const known = [repository, signedRepository].filter((name) => name !== undefined);
    if (known.length === 0)
      return unknown(`it is not known to which repository the signature goes; allowed is ${oneOf(patterns)}`);
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
