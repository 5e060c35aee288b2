import { readFileSync } from 'node:fs';
import { SignError } from '@securosys/core';
import { signingPolicy } from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';
import { publicKeys, whole } from './documents.js';
import { judges } from './schema-judge.js';

const schema = JSON.parse(readFileSync(new URL('../../../../docs/schemas/signing-policy-1.json', import.meta.url), 'utf8'));

/** What the reader says: `undefined` when it accepts. */
function refusal(document: unknown): SignError | undefined {
  try {
    signingPolicy(document as typeof whole);
    return undefined;
  } catch (error) {
    if (SignError.is(error)) return error;
    throw error;
  }
}

/** Every object of a document with its path, and a copy of the document in which it has one more member. */
function* withStranger(document: object): Generator<{ readonly path: readonly string[]; readonly changed: unknown }> {
  const objects = (value: unknown, path: string[]): string[][] =>
    typeof value !== 'object' || value === null
      ? []
      : [
          ...(Array.isArray(value) ? [] : [path]),
          ...Object.entries(value).flatMap(([name, below]) => objects(below, [...path, name])),
        ];
  for (const path of objects(document, [])) {
    const changed = structuredClone(document);
    const object = path.reduce<Record<string, unknown>>(
      (below, name) => below[name] as Record<string, unknown>,
      changed as Record<string, unknown>,
    );
    object.qqqqqqqqqq = true;
    yield { path, changed };
  }
}

/** Members of the schema of what stands at a path. */
function membersAt(path: readonly string[]): readonly string[] {
  let here = schema;
  const resolved = () => (here.$ref ? schema.$defs[here.$ref.split('/').at(-1)] : here);
  for (const name of path) {
    here = resolved();
    here = here.type === 'array' ? here.items : here.properties[name];
  }
  return Object.keys(resolved().properties ?? {});
}

const require = (value: object) => ({ version: 1, rules: [{ name: 'a', require: value }] });
const when = (value: unknown) => ({ version: 1, rules: [{ name: 'a', when: value, require: {} }] });

/** Documents that are refused by both; beside each, the path that the reader names. */
const refused: readonly (readonly [string, unknown])[] = [
  ['', []],
  ['', null],
  ['', {}],
  ['version', { version: 2, rules: [] }],
  ['version', { version: '1', rules: [] }],
  ['', { version: 1 }],
  ['rules', { version: 1, rules: {} }],
  ['rules', { version: 1, rules: Array.from({ length: 101 }, (_, index) => ({ name: `${index}`, require: {} })) }],
  ['rules[0]', { version: 1, rules: [{ name: 'a' }] }],
  ['rules[0]', { version: 1, rules: [{ require: {} }] }],
  ['rules[0].name', { version: 1, rules: [{ name: '', require: {} }] }],
  ['rules[0].name', { version: 1, rules: [{ name: 'a'.repeat(101), require: {} }] }],
  ['rules[0].name', { version: 1, rules: [{ name: 1, require: {} }] }],
  ['rules[0].require', { version: 1, rules: [{ name: 'a', require: null }] }],
  ['rules[0].purposes', { version: 1, rules: [{ name: 'a', purposes: [], require: {} }] }],
  ['rules[0].purposes', { version: 1, rules: [{ name: 'a', purposes: ['sign', 'sign'], require: {} }] }],
  ['rules[0].purposes[0]', { version: 1, rules: [{ name: 'a', purposes: ['decryption'], require: {} }] }],
  [
    'rules[0].require.requireTrusted',
    { version: 1, rules: [{ name: 'a', purposes: ['decrypt'], require: { requireTrusted: false } }] },
  ],
  ['rules[0].when', when({})],
  ['rules[0].when', when({ maxValidity: '1d' })],
  ['rules[0].when.tags', when({ tags: [] })],
  ['rules[0].require.tags', require({ tags: 'v*' })],
  ['rules[0].require.tags[0]', require({ tags: ['a/b'] })],
  ['rules[0].require.tags[0]', require({ tags: [1.4] })],
  ['rules[0].require.tags', require({ tags: ['a', 'a'] })],
  ['rules[0].require.repositories[0]', require({ repositories: ['alpine'] })],
  ['rules[0].require.repositories[0]', require({ repositories: ['library/alpine'] })],
  ['rules[0].require.repositories[0]', require({ repositories: ['registry.example/App'] })],
  ['rules[0].require.repositories[0]', require({ repositories: ['registry.example/app:1.4'] })],
  ['rules[0].require.repositories[0]', require({ repositories: ['registry.example//app'] })],
  ['rules[0].require.repositories[0]', require({ repositories: ['registry.example/(a|b)'] })],
  ['rules[0].require.formats[0]', require({ formats: ['notation'] })],
  ['rules[0].require.formats[0]', require({ formats: ['Notation-jws'] })],
  ['rules[0].require.keys[0]', require({ keys: [{}] })],
  ['rules[0].require.keys[0]', require({ keys: [{ label: 'release' }] })],
  ['rules[0].require.keys[0]', require({ keys: [{ labelAlone: true }] })],
  ['rules[0].require.keys[0]', require({ keys: [{ label: 'a', labelAlone: true, spkiSha256: 'ab'.repeat(32) }] })],
  ['rules[0].require.keys[0]', require({ keys: [{ checkSha256: 'ab'.repeat(32), spkiSha256: 'ab'.repeat(32) }] })],
  ['rules[0].require.keys[0]', require({ keys: [{ label: 'a', labelAlone: true, checkSha256: 'ab'.repeat(32) }] })],
  ['rules[0].require.keys[0].checkSha256', require({ keys: [{ checkSha256: 'ab' }] })],
  ['rules[0].require.keys[0].labelAlone', require({ keys: [{ label: 'a', labelAlone: false }] })],
  ['rules[0].require.keys[0].spkiSha256', require({ keys: [{ spkiSha256: 'AB'.repeat(32) }] })],
  ['rules[0].require.maxValidity', require({ maxValidity: '90' })],
  ['rules[0].require.maxValidity', require({ maxValidity: 90 })],
  ['rules[0].require.requireExpiry', require({ requireExpiry: false })],
  ['rules[0].require.notAlreadySigned', require({ notAlreadySigned: 'true' })],
  ["rules[0].require.annotations.'a'", require({ annotations: { a: false } })],
  ["rules[0].require.annotations.'a'", require({ annotations: { a: '' } })],
  ["rules[0].require.annotations.''", require({ annotations: { '': true } })],
  ['rules[0].require.times[0]', require({ times: [{ days: ['mon'] }] })],
  ['rules[0].require.times[0].days[0]', require({ times: [{ days: ['Monday'], timeZone: 'UTC' }] })],
  ['rules[0].require.times[0].from', require({ times: [{ from: '8:00', timeZone: 'UTC' }] })],
  ['rules[0].require.times[0].to', require({ times: [{ to: '24:01', timeZone: 'UTC' }] })],
  ['rules[0].require.times[0].timeZone', require({ times: [{ timeZone: '+01:00' }] })],
  ['rules[0].require.attestations', require({ attestations: [] })],
  ['rules[0].require.attestations[0]', require({ attestations: [{}] })],
  ['rules[0].require.attestations[0].predicateType', require({ attestations: [{ predicateType: 'SLSA' }] })],
  ['rules[0].require.attestations[0].keys', require({ attestations: [{ predicateType: 'spdx', keys: [] }] })],
  ['rules[0].require.attestations[0].keys[0]', require({ attestations: [{ predicateType: 'spdx', keys: ['./key.pem'] }] })],
  ['rules[0].require.attestations[0].threshold', require({ attestations: [{ predicateType: 'spdx', threshold: 1 }] })],
  [
    'rules[0].require.attestations[0].threshold',
    require({ attestations: [{ predicateType: 'spdx', keys: [publicKeys[0]], threshold: 0 }] }),
  ],
  ['rules[0].require.custom[0]', require({ custom: ['a b'] })],
];

/** What no schema can say: valid by the schema, refused by the reader. */
const beyond: readonly (readonly [string, unknown])[] = [
  [
    'rules',
    {
      version: 1,
      rules: [
        { name: 'a', require: {} },
        { name: 'a', require: {} },
      ],
    },
  ],
  ['rules[0].name', { version: 1, rules: [{ name: 'a\u202eb', require: {} }] }],
  // What no use for the purposes of the rule can have.
  ['rules[0].require.requireTrusted', require({ requireTrusted: true })],
  ...(['maxValidity', 'formats', 'notAlreadySigned'] as const).map((name): readonly [string, unknown] => {
    const demanded = { maxValidity: '90d', formats: ['cosign'], notAlreadySigned: true }[name];
    return [
      `rules[0].require.${name}`,
      { version: 1, rules: [{ name: 'a', purposes: ['sign', 'decrypt'], require: { [name]: demanded } }] },
    ];
  }),
  [
    'rules[0].when.repositories',
    { version: 1, rules: [{ name: 'a', purposes: ['audit-checkpoint'], when: { repositories: ['**'] }, require: {} }] },
  ],
  ['rules[0].require.repositories[0]', require({ repositories: ['a.example/**b'] })],
  ['rules[0].require.repositories[0]', require({ repositories: ['index.docker.io/library/alpine'] })],
  ['rules[0].require.repositories[0]', require({ repositories: [`a.example/${'*a'.repeat(17)}`] })],
  ['rules[0].require.tags[0]', require({ tags: ['a**'] })],
  ['rules[0].require.times[0]', require({ times: [{ from: '22:00', to: '06:00', timeZone: 'UTC' }] })],
  ['rules[0].require.times[0].timeZone', require({ times: [{ timeZone: 'Europe/Zurrich' }] })],
  ['rules[0].require.attestations[0].builders', require({ attestations: [{ predicateType: 'spdx', builders: ['a'] }] })],
  [
    'rules[0].require.attestations[0].threshold',
    require({ attestations: [{ predicateType: 'spdx', keys: [publicKeys[0]], threshold: 2 }] }),
  ],
  [
    'rules[0].require.attestations[0].keys',
    require({ attestations: [{ predicateType: 'spdx', keys: [publicKeys[0], `${publicKeys[0]}\n`] }] }),
  ],
  [
    'rules[0].require.attestations[0].keys[0]',
    require({
      attestations: [{ predicateType: 'spdx', keys: ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'] }],
    }),
  ],
];

describe('the schema and the reader', () => {
  it('accept a document that uses every member', () => {
    expect(refusal(whole)).toBeUndefined();
    expect(judges(schema, whole)).toBe(true);
  });

  it('know the same members, object by object', () => {
    let objects = 0;
    for (const { path, changed } of withStranger(whole)) {
      if (path.at(-1) === 'annotations') continue;
      expect(judges(schema, changed), path.join('.')).toBe(false);
      const known = refusal(changed)?.details.known as readonly string[];
      expect([...known].sort(), path.join('.')).toEqual([...membersAt(path)].sort());
      objects++;
    }
    expect(objects).toBeGreaterThan(10);
  });

  it('the document that uses every member does use every member', () => {
    const used = new Set<string>(JSON.stringify(whole).match(/(?<=")[A-Za-z0-9]+(?=":)/g));
    for (const { path } of withStranger(whole)) for (const name of membersAt(path)) expect(used).toContain(name);
  });

  it.each(refused.map(([path, document]) => [path, JSON.stringify(document)?.slice(0, 80), document] as const))(
    'refuse both, at %s: %s',
    (path, _, document) => {
      expect(judges(schema, document)).toBe(false);
      const error = refusal(document);
      expect(error?.code).toBe('ERR_INVALID_ARGUMENT');
      expect(error?.details.path ?? '').toBe(path);
    },
  );

  it.each(beyond.map(([path, document]) => [path, document] as const))(
    'the reader alone refuses what a schema cannot say, at %s',
    (path, document) => {
      expect(judges(schema, document)).toBe(true);
      expect(refusal(document)?.details.path).toBe(path);
    },
  );
});
