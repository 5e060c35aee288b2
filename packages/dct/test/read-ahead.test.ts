import { beforeAll, describe, expect, it } from 'vitest';
import { dctFault } from '../src/model/fault.js';
import { readAhead } from '../src/verify/read-ahead.js';
import type { MetadataSource } from '../src/verify/source.js';
import { type World, world } from './support/world.js';

let own: World;
beforeAll(async () => {
  own = await world();
});

/** A source of which each file comes when it is let go. */
function slowSource(inner: MetadataSource) {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const source: MetadataSource = {
    current: (role, options) => inner.current(role, options),
    rootVersion: (version, options) => inner.rootVersion(version, options),
    byHash: async (role, sha256, options) => {
      asked.push(role);
      if (role !== 'snapshot') await new Promise<void>((resolve) => waiting.push(resolve));
      return inner.byHash(role, sha256, options);
    },
  };
  const letGo = () => {
    for (const go of waiting.splice(0)) go();
  };
  return { asked, source, letGo };
}

const listing = (files: readonly (readonly [role: string, length: number])[]) =>
  ({ meta: new Map(files.map(([role, length]) => [role, { length, sha256: '0'.repeat(64) }])) }) as never;

/** What is asked for of a snapshot. */
function askedOf(files: readonly (readonly [role: string, length: number])[]): string[] {
  const { asked, source } = slowSource(own.server);
  readAhead(source, listing(files), {}).close();
  return asked;
}

describe('what a snapshot lists', () => {
  it('is asked for all at once, and verified as ever', async () => {
    const { asked, source, letGo } = slowSource(own.server);
    const done = own.verify({ source });
    await expect
      .poll(() => asked.filter((role) => role.startsWith('targets')).sort())
      .toEqual(['targets', 'targets/ci', 'targets/releases']);
    letGo();
    expect((await done).delegations.map(({ declared }) => declared.name).sort()).toEqual(['targets/ci', 'targets/releases']);
    expect(asked.length).toBe(new Set(asked).size);
  });

  it('is asked for up to eight files and 4 MiB; a name that is no role, never', () => {
    const many = Array.from({ length: 12 }, (_, n) => [`targets/r${n}`, 10] as const);
    expect(askedOf(many)).toHaveLength(8);
    expect(
      askedOf([
        ['targets/a', 3 << 20],
        ['targets/b', 3 << 20],
      ]),
    ).toEqual(['targets/a']);
    expect(
      askedOf([
        ['root', 10],
        ['snapshot', 10],
        ['targets/../../etc', 10],
        ['targetsx', 10],
        ['', 10],
      ]),
    ).toEqual([]);
  });

  /** A source that answers nothing, and notes what is not waited for any more. */
  function silentSource() {
    const ended: unknown[] = [];
    const source: MetadataSource = {
      ...slowSource(own.server).source,
      byHash: (role, _, { signal }) =>
        new Promise((_resolve, reject) => {
          const end = () => {
            ended.push(role, signal?.reason);
            reject(dctFault('targets', 'missing', 'too late'));
          };
          if (signal?.aborted) end();
          signal?.addEventListener('abort', end);
        }),
    };
    return { ended, source };
  }

  it('and what nobody needs of it is neither waited for nor complained about', async () => {
    const { ended, source } = silentSource();
    readAhead(source, listing([['targets/unused', 10]]), {}).close();
    expect(ended).toEqual(['targets/unused', expect.objectContaining({ name: 'AbortError' })]);
    await new Promise((resolve) => setImmediate(resolve));
  });

  it.each(['before', 'after'])('ends with its call, %s it was asked for', async (moment) => {
    const { ended, source } = silentSource();
    const controller = new AbortController();
    if (moment === 'before') controller.abort('enough');
    readAhead(source, listing([['targets/unused', 10]]), { signal: controller.signal });
    if (moment === 'after') controller.abort('enough');
    expect(ended).toEqual(['targets/unused', 'enough']);
    await new Promise((resolve) => setImmediate(resolve));
  });
});
