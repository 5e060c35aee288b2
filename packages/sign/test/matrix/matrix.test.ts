import { beforeAll, describe, expect, it } from 'vitest';
import { type Cell, run } from './course.js';
import { faults } from './faults.js';
import { type Kind, kinds } from './kinds.js';
import { type Material, makeMaterial } from './material.js';
import { described, type Result, tableOf } from './table.js';

/** Where a fault strikes, how often, and who the application is; all that a cell has besides its fault and its kind. */
interface Variant {
  readonly people: boolean;
  readonly place: (kind: Kind) => Cell['place'];
  readonly times: number;
  readonly lookup: boolean;
  readonly title: string;
}

const itself = (people: boolean) => (kind: Kind) => (people ? kind.asks : kind.does);
const places = (people: boolean): [string, Variant['place']][] => [
  ['the call itself', itself(people)],
  ['reading the key', () => 'keyAttributes'],
  ...(people
    ? ([
        ['looks at the request', () => 'request'],
        ['lists of requests', () => 'filteredRequests'],
      ] satisfies [string, Variant['place']][])
    : []),
];
const variants: Variant[] = [true, false].flatMap((people) =>
  (people ? [false, true] : [false]).flatMap((lookup) =>
    places(people).flatMap(([where, place]) =>
      [1, 50].map((times) => {
        const who = `${people ? 'people decide' : 'nobody is asked'}${lookup ? ', seen by the application' : ''}`;
        return { people, lookup, place, times, title: `${who}; struck ${times === 1 ? 'once' : 'for long'}: ${where}` };
      }),
    ),
  ),
);

const cell = (fault: Cell['fault'], kind: Kind, { people, place, times, lookup }: Variant): Cell => ({
  fault,
  kind,
  people,
  times,
  lookup,
  place: place(kind),
});
/** Each kind meets every second fault, each fault every second kind, in one of the variants; SLOW=1 runs everything. */
const tables: { title: string; rows: Cell[][] }[] = process.env.SLOW
  ? variants.map((variant) => ({
      title: variant.title,
      rows: faults.map((fault) => kinds.map((kind) => cell(fault, kind, variant))),
    }))
  : [
      {
        title: 'a sample of all variants',
        rows: faults.map((fault, i) =>
          kinds.flatMap((kind, j) =>
            (i + j) % 2 === 0 ? [cell(fault, kind, variants[(7 * i + 3 * j + (i + j) / 2) % variants.length] as Variant)] : [],
          ),
        ),
      },
    ];

describe('every fault at every kind of operation', () => {
  const results: Result[] = [];
  let material: Material;
  beforeAll(async () => {
    material = await makeMaterial();
    for (const { title, rows } of tables) {
      const own: Result[] = [];
      for (const row of rows)
        own.push(...(await Promise.all(row.map(async (one) => ({ cell: one, course: await run(one, material) })))));
      console.log(tableOf(`fault × kind of operation; ${title}`, own));
      results.push(...own);
    }
  }, 600_000);

  const others = (holds: (result: Result) => boolean) => results.filter((result) => !holds(result)).map(described);

  it('all kinds and all faults are there', () => {
    expect(new Set(results.map(({ cell }) => cell.kind)).size).toBe(kinds.length);
    expect(new Set(results.map(({ cell }) => cell.fault.name)).size).toBe(faults.length);
    expect(new Set(results.map(({ cell: { people, lookup, times } }) => `${people} ${lookup} ${times}`)).size).toBe(6);
    expect(results.length).toBeGreaterThanOrEqual(Math.floor((faults.length * kinds.length * tables.length) / 2));
  });

  it('no payload has two open requests', () => {
    expect(others(({ course }) => course.mostOpen <= 1)).toEqual([]);
  });

  it('a request is made once, whatever became of its answer; what something else made twice is found as orphaned', () => {
    expect(others(({ course: { requests, orphans } }) => requests - orphans <= 1)).toEqual([]);
  });

  it('no intent is lost: there is a result, or the outcome is unknown and the store has the intent', () => {
    const settled = ({ cell, course: { outcomes, intents, made } }: Result) => {
      const last = outcomes.at(-1);
      if (last === 'ok') return intents.length === 0;
      // Nobody is asked, so nothing is recorded; the HSM refuses to make the key again, and says so.
      if (!cell.people && last === 'ERR_REQUEST_FAILED') return made;
      return last === 'ERR_OUTCOME_UNKNOWN' && intents.length === 1;
    };
    expect(others(settled)).toEqual([]);
  });

  it('no error is untyped', () => {
    expect(others(({ course }) => course.untyped.length === 0)).toEqual([]);
  });
});
