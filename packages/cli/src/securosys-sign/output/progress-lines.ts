import { approvalText, type NameOf } from './approval-text.js';
import type { Output } from './output.js';
import type { Progress } from './progress.js';

/** How often a line may say how far something is, in milliseconds. */
const everyMs = 5000;

/** A line when something begins to wait or has changed, and one now and then. */
export function openLines(
  output: Pick<Output, 'note'>,
  { now, name: nameOf }: { readonly now: () => number; readonly name: NameOf },
): Progress {
  return {
    task: (name, total) => {
      let said = now();
      return {
        set: (done, text) => {
          if (now() - said < everyMs || done >= total) return;
          said = now();
          output.note(
            `${name}: ${total === 0 ? 100 : Math.floor((100 * done) / total)} %${text === undefined ? '' : ` ${text}`}`,
          );
        },
        end: () => undefined,
      };
    },
    approvals: (name) => {
      let last: string | undefined;
      return (state) => {
        // What is left of the time changes with every look, and is no news.
        const { estimate: _, ...news } = state;
        const key = JSON.stringify(news);
        if (key === last) return;
        last = key;
        output.note(`${name}: ${approvalText(state, nameOf)}`);
      };
    },
    stop: () => undefined,
  };
}
