import { canonicalJson, type JsonValue, SignError } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Random, randomFrom } from '../../notation-envelope/test/mutation/random.js';
import { type TrustedRepository, tagsOf, verifyRepository } from '../src/index.js';
import { faultOf } from '../src/model/fault.js';
import { gun, start, type World, world } from './support/world.js';

/** The whole corpus of 100,000 under SLOW=1, as in CI, in pieces; else the first of it. */
const wanted = process.env.SLOW ? 10_000 : 300;
const pieces = Array.from({ length: process.env.SLOW ? 10 : 1 }, (_, at) => at * 2 * wanted);

type Json = Record<string, JsonValue>;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (value: string) => new TextEncoder().encode(value);

/** Every object and array of a document. */
function containers(value: JsonValue, found: (Json | JsonValue[])[] = []): (Json | JsonValue[])[] {
  if (typeof value !== 'object' || value === null) return found;
  found.push(value as Json);
  for (const one of Object.values(value)) containers(one, found);
  return found;
}

const values: readonly JsonValue[] = [
  null,
  true,
  0,
  1,
  2,
  -1,
  1.5,
  2 ** 53,
  '',
  'Root',
  'targets/releases',
  '../x',
  '__proto__',
  [],
  {},
  [''],
];

/** Changes of the text of a file, of what it says, and of where files stand. */
const mutations: Readonly<Record<string, (file: string, other: string, random: Random) => string>> = {
  flip: (file, _, random) => {
    const at = random.int(file.length);
    return `${file.slice(0, at)}${String.fromCharCode(file.charCodeAt(at) ^ (1 << random.int(7)))}${file.slice(at + 1)}`;
  },
  cut: (file, _, random) => file.slice(0, random.int(file.length)),
  repeat: (file, _, random) => {
    const [from, length] = [random.int(file.length), 1 + random.int(60)];
    return `${file.slice(0, from + length)}${file.slice(from)}`;
  },
  append: (file, _, random) => `${file}${random.pick([' ', '\n', '{}', '\0', file])}`,
  digit: (file, _, random) => {
    const digits = [...file.matchAll(/\d/g)].map(({ index }) => index);
    const at = random.pick(digits);
    return `${file.slice(0, at)}${random.int(10)}${file.slice(at + 1)}`;
  },
  swapped: (_, other) => other,
  value: (file, _, random) => {
    const json = JSON.parse(file) as Json;
    const target = random.pick(containers(json)) as Json;
    const names = Object.keys(target);
    const name = names.length > 0 ? random.pick(names) : '0';
    target[name] = random.pick(values);
    return canonicalJson(json);
  },
  drop: (file, _, random) => {
    const json = JSON.parse(file) as Json;
    const target = random.pick(containers(json)) as Json;
    const names = Object.keys(target);
    if (names.length > 0) delete target[random.pick(names)];
    return JSON.stringify(json);
  },
  transplant: (file, other, random) => {
    const json = JSON.parse(file) as Json;
    const foreign = JSON.parse(other) as Json;
    const name = random.pick(['signed', 'signatures']);
    json[name] = foreign[name] as JsonValue;
    return JSON.stringify(json);
  },
  duplicate: (file) => file.replace('"signatures":', '"signatures":[],"signatures":'),
  spaces: (file) => JSON.stringify(JSON.parse(file), null, 1),
};

/** What people would rely on. */
const saysOf = (repository: TrustedRepository) =>
  canonicalJson([
    tagsOf(repository).trusted,
    Object.values(repository.root.roles),
    repository.targets.delegations,
    repository.targets.version,
    repository.delegations.map(({ file }) => [file.role, file.version, file.expires]),
  ]);

describe('mutated metadata', () => {
  let own: World;
  beforeAll(async () => {
    own = await world();
    await own.tags({ set: { v3: { digest: `sha256:${'3'.repeat(64)}`, size: 3 } } });
  });

  it.each(pieces)(
    'sets from seed %i, which the server lists and signs as its own, say nothing else or are refused with a reason',
    async (first) => {
      const says = saysOf(await own.verify());
      const names = Object.keys(mutations);
      const roles = ['root', 'targets', 'targets/releases', 'targets/ci', 'snapshot', 'timestamp'] as const;
      const outcomes = new Map<string, number>();
      const defects: string[] = [];
      for (let seed = first, made = 0; made < wanted; seed++) {
        const random = randomFrom(seed);
        const name = random.pick(names);
        const role = random.pick(roles);
        const server = own.server.copy();
        const original = text(server.files.get(role) as Uint8Array);
        const other = text(server.files.get(random.pick(roles)) as Uint8Array);
        const changed = bytesOf((mutations[name] as (typeof mutations)[string])(original, other, random));
        if (Buffer.compare(changed, bytesOf(original)) === 0) continue;
        made++;
        if (random.oneIn(4)) server.serve(role, changed);
        else server.relist(role, changed);
        try {
          const found = saysOf(
            await verifyRepository({ gun, root: { certificate: own.rootCertificate }, source: server, now: start }),
          );
          outcomes.set('same', (outcomes.get('same') ?? 0) + 1);
          // A delegation that cannot be believed counts for nothing: less is said, and nothing else.
          const less = (role === 'targets/releases' || role === 'targets/ci') && found.length < says.length;
          if (found !== says && !less) defects.push(`${seed} ${name} ${role}: accepted and says ${found}`);
        } catch (error) {
          const reason = faultOf(error) ?? (SignError.is(error) ? error.code : undefined);
          outcomes.set(reason ?? 'foreign', (outcomes.get(reason ?? 'foreign') ?? 0) + 1);
          if (reason === undefined) defects.push(`${seed} ${name} ${role}: ${String((error as Error).stack)}`);
        }
      }
      if (process.env.SLOW) console.log(first, wanted, Object.fromEntries(outcomes));
      expect(defects.slice(0, 5)).toEqual([]);
      for (const reason of ['threshold', 'malformed', 'digest', 'same']) expect(outcomes.get(reason), reason).toBeGreaterThan(0);
    },
  );
});
