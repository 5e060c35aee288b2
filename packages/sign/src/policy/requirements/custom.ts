import { SignError, sanitizeText } from '@securosys/core';
import { policyPurposes } from '../purposes.js';
import { type Finding, type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import { textList } from './lists.js';

const nameForm = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** Checks of the caller's own, by name. */
export const custom: Requirement<readonly string[]> = {
  name: 'custom',
  about: policyPurposes,
  asks: true,
  read: (place) =>
    textList(place, (name) => (nameForm.test(name) ? undefined : 'is no name of a check: letters, digits, . _ and -')),
  async judge(names, subject, { custom: checks, call }) {
    if (names.length === 0) return unsatisfied('the list of checks is empty, which allows nothing');
    for (const name of names) {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      const found = check
        ? await answer(name, async () => check(subject, call))
        : unknown(`there is no check '${name}' here: give it in custom`);
      if (found.status !== 'satisfied') return found;
    }
    return satisfied;
  },
  explain: (names) => `the checks ${names.join(', ')} agree`,
};

async function answer(name: string, ask: () => Promise<unknown>): Promise<Finding> {
  try {
    const said = await ask();
    if (said === true) return satisfied;
    return typeof said === 'string'
      ? unsatisfied(`${name}: ${sanitizeText(said, 500)}`)
      : unknown(`the check '${name}' gave no answer`);
  } catch (error) {
    const why = SignError.is(error) ? `: ${sanitizeText(error.message, 300)}` : '';
    return unknown(`the check '${name}' failed${why}`);
  }
}
