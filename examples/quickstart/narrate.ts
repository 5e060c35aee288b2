import { readFileSync } from 'node:fs';

const bold = (text: string) => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);
const dim = (text: string) => (process.stdout.isTTY ? `\u001b[2m${text}\u001b[0m` : text);

/** Who tells a story. */
export interface Narrator {
  /** Tells that a step begins, and the lines of it. */
  step(title: string): void;
  /** What the step came to. */
  tell(...lines: string[]): void;
  /** Steps that another process tells. @returns how many there were before them */
  elsewhere(steps: number): number;
}

/**
 * Tells a story from a source file: before each step, the very lines that the step runs.
 * @param options.after number of the steps that others have told before
 * @param options.again whether the lines were told already
 */
export function narrator(source: URL, { after = 0, again = false }: { after?: number; again?: boolean } = {}): Narrator {
  const lines = readFileSync(source, 'utf8').split('\n');
  let number = after;
  return {
    step(title) {
      const start = lines.findIndex((line) => line.includes(`step('${title}')`));
      const end = lines.findIndex((line, at) => at > start && line.trim() === '');
      console.log(`\n${bold(`${++number}. ${title}`)}`);
      if (again) return;
      for (const line of withoutTelling(lines.slice(start + 1, end))) console.log(dim(`   │ ${line}`));
    },
    tell(...text) {
      for (const line of text) console.log(`   ${line}`);
    },
    elsewhere(steps) {
      number += steps;
      return number - steps;
    },
  };
}

/** What the story says is output, not part of the job: calls of `tell` are left out, over however many lines they go. */
function withoutTelling(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let indent: string | undefined;
  for (const line of lines) {
    const opening = /^(\s*)(if \(.*\) )?tell\(/.exec(line);
    if (indent === undefined && opening) indent = opening[1] as string;
    const inside = indent !== undefined;
    if (!inside) kept.push(line);
    else if (line.startsWith(indent as string) && /\);$/.test(line) && !/^\s/.test(line.slice((indent as string).length)))
      indent = undefined;
  }
  return kept;
}
