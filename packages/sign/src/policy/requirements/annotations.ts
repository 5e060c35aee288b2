import { sanitizeText } from '@securosys/core';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';

/** What an annotation has to say: this text, or anything. */
type Wanted = string | true;

const shown = (name: string, wanted: Wanted) => (wanted === true ? name : `${name}=${wanted}`);

/** Signed annotations. */
export const annotations: Requirement<readonly (readonly [string, Wanted])[]> = {
  name: 'annotations',
  read: (place) =>
    place.entries(100).map(([name, value]) => {
      if (name === '' || name.length > 256 || sanitizeText(name, 256) !== name) value.wrong('is no name of an annotation');
      return [name, value.content === true ? true : value.text()] as const;
    }),
  judge(wanted, { annotations: found }) {
    if (!found)
      return unknown(`it is not known which annotations are signed; needed are ${wanted.map((one) => shown(...one)).join(', ')}`);
    const missing = wanted.filter(([name, text]) => {
      const value = Object.hasOwn(found, name) ? found[name] : undefined;
      return text === true ? value === undefined || value === '' : value !== text;
    });
    if (missing.length === 0) return satisfied;
    return unsatisfied(`the signature lacks ${missing.map((one) => shown(...one)).join(', ')}: sign with these annotations`);
  },
  explain: (wanted) => `the signature carries the annotations ${wanted.map((one) => shown(...one)).join(', ')}`,
};
