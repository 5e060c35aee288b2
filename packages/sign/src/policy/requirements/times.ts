import { policyPurposes, usualPurpose } from '../purposes.js';
import { type Requirement, satisfied, unsatisfied } from '../requirement.js';
import { isWithin, readWindow, type TimeWindow, windowText } from '../time-window.js';
import { mostItems, oneOf } from './lists.js';

/** When keys are used. */
export const times: Requirement<readonly TimeWindow[]> = {
  name: 'times',
  about: policyPurposes,
  read: (place) => place.items(Math.min(mostItems, 100)).map(readWindow),
  judge(windows, { purpose = usualPurpose }, { clock }) {
    const now = clock.now();
    if (windows.some((window) => isWithin(window, now))) return satisfied;
    return unsatisfied(
      `it is ${new Date(now).toISOString()}; ${purpose === usualPurpose ? 'sign' : 'the key may be used'} within ${oneOf(windows.map(windowText))}`,
    );
  },
  explain: (windows) => `it happens within ${oneOf(windows.map(windowText))}`,
};
