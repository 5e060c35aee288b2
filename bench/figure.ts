/** What one measurement says. These members, in this order, are one line of `--json`. */
export interface Figure {
  readonly bench: string;
  /** Format, verb and algorithm. */
  readonly figure: string;
  /** Our absolute figure, in the unit of the bench. */
  readonly ours: number;
  /** What it is compared with. */
  readonly peer: string;
  /** The peer's absolute figure of the same run; `null` when the peer could not be measured. */
  readonly theirs: number | null;
  /** `ours / theirs`; `null` for a figure without a goal, or without a peer. */
  readonly ratio: number | null;
}

/** A figure and what only people are told about it. */
export interface Result {
  readonly figure: Figure;
  readonly unit: string;
  /** The goal in words, and whether it is met; `undefined` when there is none or nothing to compare with. */
  readonly goal?: { readonly text: string; readonly met: boolean };
}

/** A suite: `bench/suites/<name>.ts` exports one as `suite`. */
export interface Suite {
  /** One sentence above the table. */
  readonly title: string;
  /** Runs only when it is asked for by its name: it takes long. */
  readonly onlyByName?: boolean;
  /** Measures and yields one result after the other; `note` takes remarks for people. */
  run(note: (text: string) => void): AsyncIterable<Result>;
}

/** Four significant digits: more would be noise. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** One row of the readable form. */
export function row({ figure, unit, goal }: Result): string {
  const { ours, peer, theirs, ratio } = figure;
  const cells = [
    figure.figure.padEnd(24),
    `ours ${`${ours} ${unit}`.padEnd(10)}`,
    `${peer}: ${theirs === null ? 'not measured' : `${theirs} ${unit}`}`.padEnd(42),
    (ratio === null ? '' : `ratio ${ratio}`).padEnd(12),
    goal ? `goal ${goal.text}: ${goal.met ? 'met' : 'MISSED'}` : '',
  ];
  return cells.join('  ').trimEnd();
}
