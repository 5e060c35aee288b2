import { sanitizeText } from '@securosys/core';
import { MultiBar, type SingleBar } from 'cli-progress';
import type { TextSink } from '../io.js';
import { approvalText, type NameOf } from './approval-text.js';
import type { Progress } from './progress.js';

const widthOfBar = 24;
const usualColumns = 80;

/** Names are told apart by their ends; what people wait for stands behind them, and has to stay on the line. */
const longestName = 40;
const shortened = (name: string): string => {
  const characters = [...name];
  return characters.length <= longestName ? name : `…${characters.slice(1 - longestName).join('')}`;
};

const shownBytes = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
};

/** One bar for each thing that goes on, on the terminal that the sink is. */
export function openBars(
  stderr: TextSink,
  { now, name: nameOf }: { readonly now: () => number; readonly name: NameOf },
): Progress {
  const bars = new MultiBar({
    stream: stderr as NodeJS.WriteStream,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: false,
    forceRedraw: true,
    format: '{shown}',
    // Everything is put into one text that fits the terminal: a line that breaks would be drawn over and over.
    formatValue: (value) => String(value),
    formatBar: () => '',
    fps: 10,
    emptyOnZero: true,
    gracefulExit: false,
  });
  const redraw = (): void => bars.update();
  const fit = (text: string): string => sanitizeText(text, Math.max(20, (stderr.columns ?? usualColumns) - 1));
  const drawn = (done: number, total: number): string => {
    const full = total === 0 ? widthOfBar : Math.min(widthOfBar, Math.floor((widthOfBar * done) / total));
    return `[${'='.repeat(full)}${' '.repeat(widthOfBar - full)}]`;
  };
  const add = (total: number, text: string): SingleBar => bars.create(total, 0, { shown: fit(text) });
  return {
    task: (name, total, unit) => {
      const from = now();
      const line = (done: number, text = ''): string => {
        const left = done > 0 && done < total ? `, ${Math.ceil(((now() - from) * (total - done)) / done / 1000)} s left` : '';
        const amount = unit === 'bytes' ? `${shownBytes(done)} of ${shownBytes(total)}` : `${done} of ${total}`;
        return `${drawn(done, total)} ${amount}${left}  ${shortened(name)}${text === '' ? '' : `: ${text}`}`;
      };
      const bar = add(total, line(0));
      redraw();
      return {
        set: (done, text) => bar.update(done, { shown: fit(line(done, text)) }),
        end: () => {
          bars.remove(bar);
        },
      };
    },
    approvals: (name) => {
      let bar: SingleBar | undefined;
      return (state) => {
        const { approvedBy = [], notYetApprovedBy = [] } = state.approvals ?? {};
        const [done, total] = [approvedBy.length, Math.max(1, approvedBy.length + notYetApprovedBy.length)];
        const shown = fit(`${drawn(done, total)} ${shortened(name)}: ${approvalText(state, nameOf)}`);
        if (state.status !== 'pending' && state.status !== 'approved') {
          if (bar) bars.remove(bar);
          bar = undefined;
          return;
        }
        bar ??= add(total, shown);
        bar.update(done, { shown });
        // Now, and not when the next frame is due: such a change comes once in a while.
        redraw();
      };
    },
    stop: () => bars.stop(),
  };
}
