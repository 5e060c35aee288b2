import { openingPurposes } from '../purposes.js';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';

const wanted = 'the image needs a signature that is trusted';

/** The signature of the encrypted image was verified before its layers are opened. */
export const requireTrusted: Requirement<true> = {
  name: 'requireTrusted',
  about: openingPurposes,
  read: (place) => place.only(true),
  judge(_, { trusted }) {
    if (trusted === undefined) return unknown(`${wanted}; it is not known whether one was looked for`);
    return trusted ? satisfied : unsatisfied(`${wanted}, and none was asked for: decrypt with a trust`);
  },
  explain: () => 'a trusted signature of the encrypted image was found before',
};
