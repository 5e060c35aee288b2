import { type Requirement, satisfied, unsatisfied } from '../requirement.js';
import { isWithin, readWindow, type TimeWindow, windowText } from '../time-window.js';
import { mostItems, oneOf } from './lists.js';

/** When signatures are made. */
export const times: Requirement<readonly TimeWindow[]> = {
  name: 'times',
  read: (place) => place.items(Math.min(mostItems, 100)).map(readWindow),
  judge(windows, _, { clock }) {
    const now = clock.now();
    if (windows.some((window) => isWithin(window, now))) return satisfied;
    return unsatisfied(`it is ${new Date(now).toISOString()}; sign within ${oneOf(windows.map(windowText))}`);
  },
  explain: (windows) => `it is signed within ${oneOf(windows.map(windowText))}`,
};
