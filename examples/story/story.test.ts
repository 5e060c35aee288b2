import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const recording = /^```text\n([\s\S]*?)\n```$/m.exec(read('../../docs/guides/story.md'))?.[1] ?? '';
const sources = ['main.ts', 'release-job.ts', 'finishing-job.ts'].map((file) => read(`./${file}`));
const titles = (source: string) => [...source.matchAll(/^step\('(.*)'\);?$/gm)].map(([, title]) => title as string);
const told = [...recording.matchAll(/^(\d+)\. (.*)$/gm)].map(([, number, title]) => ({
  number: Number(number),
  title: title as string,
}));
const anew = 'made anew by: npx pnpm --filter ./examples/story record';

describe('the recording of the story', () => {
  it('has the steps of the programs, in their order and no others', () => {
    const [main = [], ...jobs] = sources.map(titles);
    expect(main.length, anew).toBeGreaterThan(10);
    expect(told.map(({ number }) => number)).toEqual(told.map((_, at) => at + 1));
    expect(
      told.map(({ title }) => title).filter((title) => main.includes(title)),
      anew,
    ).toEqual(main);
    expect(new Set(told.map(({ title }) => title)), anew).toEqual(new Set([main, ...jobs].flat()));
  });

  it('shows lines that stand in the programs', () => {
    const lines = new Set(sources.flatMap((source) => source.split('\n')));
    const shown = [...recording.matchAll(/^ {3}│ (.*)$/gm)].map(([, line]) => line as string);
    expect(shown.length).toBeGreaterThan(50);
    expect(
      shown.filter((line) => !lines.has(line)),
      anew,
    ).toEqual([]);
  });

  it('was made with a policy that refused, a process that was killed, the real verifiers, and an edited line that was found', () => {
    for (const part of [
      "ERR_VETOED by the rule 'signatures that end'",
      'was ended by SIGKILL',
      'Successfully verified signature for',
      'The signatures were verified against the specified public key',
      'ANCHORED: ',
      'BROKEN: audit-00000001.jsonl, line ',
    ])
      expect(recording).toContain(part);
  });
});
