import { base64Bytes, hexText, parseJson, sha256Hex, utf8Bytes, utf8Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dctKey } from '../src/index.js';
import { notaryJson } from '../src/model/canonical-json.js';
import { readKey } from '../src/model/keys.js';
import { checkGun, isDelegation } from '../src/model/roles.js';
import { readTargets } from '../src/model/targets.js';
import { writeFile } from '../src/publish/write-file.js';
import { goodSigners } from '../src/verify/signatures.js';

/** Made by the real client (`dct.md` §2.2). */
const vector = {
  spki: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESwiC3InlEW7EEBvtgz6lwWPW6VWh1aQaYE7xEAF14k8QUXo5CcpDiT9ajLwLsRkD2nmQDP3DspeXYfzEQ3AKkw==',
  id: '353946d1b041b3dee806be72ce9bda59583d6060e4a8bec13642e86656c99db6',
  message:
    '{"_type":"Targets","delegations":{"keys":{},"roles":[]},"expires":"2029-11-19T20:45:34.034005327Z","targets":{},"version":2}',
  signature: 'VOYQWKN2UI25q/27tDXVnG0eT6ABCnD7FAes/OOQKgZ3P5nHIhsc/3YzR2xBzPlcEmE/O765VTf4sW6WskKEgA==',
  sha256: 'tOzocAS+A8dVUgu5ebhu49d8lMaFz5718L4JRDu4zlw=',
} as const;

describe('the vectors of the real client', () => {
  const key = dctKey(base64Bytes(vector.spki));

  it('key ids are those of the real client', () => {
    expect(key.id).toBe(vector.id);
    const publicKey = 'xs3vB5U+xy2FrSD+zm32tuXPSvT8ygS3U++dBc4juH8=';
    const { id, key: read } = readKey({ keytype: 'ed25519', keyval: { private: null, public: publicKey } });
    expect(id).toBe('2459a0abc2200e52e6f6067d4985e3b7c9ea8c268a70f95684365a98230c8f78');
    expect(read?.id).toBe(id);
  });

  it('a file of the real client is read, verified and written again byte for byte', () => {
    const signature = base64Bytes(vector.signature);
    const bytes = writeFile(utf8Bytes(vector.message), [{ keyId: vector.id, method: 'ecdsa', signature }]);
    expect([bytes.byteLength, sha256Hex(bytes)]).toEqual([341, hexText(base64Bytes(vector.sha256))]);
    const file = readTargets('targets', bytes);
    expect(utf8Text(file.message)).toBe(vector.message);
    expect(goodSigners(file, [key])).toEqual([key]);
  });
});

describe('canonical JSON', () => {
  it('sorts members by their UTF-8 bytes, and not by UTF-16 units', () => {
    expect(utf8Text(notaryJson({ '\u{10000}': 1, '\uffff': 2, a: 3 }))).toBe('{"a":3,"\uffff":2,"\u{10000}":1}');
  });

  it('escapes nothing but quotation marks and backslashes', () => {
    expect(utf8Text(notaryJson('a"b\\c\n<&>\u2028é'))).toBe('"a\\"b\\\\c\n<&>\u2028é"');
  });

  it('refuses what is no integer, and lone surrogates', () => {
    for (const value of [1.5, 2 ** 53, Number.NaN, '\ud800'])
      expect(() => notaryJson(value)).toThrowError(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('is read back as the same value, whatever the order of members', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', '"', '\\', 'é', '\u{1f600}', '<', ' ') });
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.maxSafeInteger(),
        text,
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      map: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
    })).value;
    fc.assert(
      fc.property(tree, (value) => {
        const bytes = notaryJson(value as never);
        expect(notaryJson(parseJson(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('a file that is written otherwise than servers write it', () => {
  const hash = `${'A'.repeat(43)}=`;
  const entry = `{"hashes":{"sha256":"${hash}"},"length":1}`;
  const signed = (targets: string, more = '') =>
    `{"_type":"Targets","delegations":{"keys":{},"roles":[]},"expires":"2029-11-19T20:45:34Z",${more}"targets":${targets},"version":2}`;
  const read = (text: string) => readTargets('targets/releases', utf8Bytes(text));
  const canonical = signed(`{"a":${entry},"b":${entry}}`);

  it.each<[string, string]>([
    ['as it is', `{"signed":${canonical},"signatures":[]}`],
    ['members in another order', `{"signed":${signed(`{"b":${entry},"a":${entry}}`)},"signatures":[]}`],
    ['white space', `{"signed": ${canonical},"signatures":[]}\n`],
    ['signatures first', `{"signatures":[],"signed":${canonical}}`],
    ['escapes', `{"signed":${canonical.replace('"a"', '"\\u0061"')},"signatures":[]}`],
  ])('is signed over canonical JSON all the same: %s', (_, text) => {
    expect(utf8Text(read(text).message)).toBe(canonical);
  });

  it('has names like indices in the order of their bytes', () => {
    const text = signed(`{"10":${entry},"9":${entry}}`);
    expect(utf8Text(read(`{"signed":${text},"signatures":[]}`).message)).toBe(text);
    expect(utf8Text(read(`{"signed":${signed(`{"9":${entry},"10":${entry}}`)},"signatures":[]}`).message)).toBe(text);
  });

  it('has names outside of the basic plane in the order of their code points', () => {
    const [low, high] = ['\ufffd', '\u{1f600}'];
    const text = signed(`{"${low}":${entry},"${high}":${entry}}`);
    expect(utf8Text(read(`{"signed":${text},"signatures":[]}`).message)).toBe(text);
    const swapped = signed(`{"${high}":${entry},"${low}":${entry}}`);
    expect(utf8Text(read(`{"signed":${swapped},"signatures":[]}`).message)).toBe(text);
  });

  it.each<[string, string]>([
    ['signed twice', `{"signed":${canonical},"signatures":[],"signed":{}}`],
    ['signatures twice', `{"signed":${canonical},"signatures":[],"signatures":[]}`],
    ['something else beside them', `{"signed":${canonical},"signatures":[],"x":1}`],
    ['a member twice', `{"signed":${canonical.replace('"version":2', '"version":2,"version":2')},"signatures":[]}`],
    ['an end too early', `{"signed":${canonical.slice(0, -1)},"signatures":[]}`],
    ['something behind it', `{"signed":${canonical},"signatures":[]}{}`],
  ])('is none: %s', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('may hold what its end looks like', () => {
    const custom = `{"note":",\\"signatures\\":["}`;
    const text = signed(`{"a":{"custom":${custom},"hashes":{"sha256":"${hash}"},"length":1}}`);
    expect(utf8Text(read(`{"signed":${text},"signatures":[]}`).message)).toBe(text);
  });

  it.each([
    [256, undefined],
    [257, 'ERR_LIMIT'],
  ])('may bind a role to %i prefixes of names', (count, code) => {
    const paths = Array.from({ length: count }, (_, n) => `p${n}`);
    const role = { keyids: [], name: 'targets/releases/a', paths, threshold: 1 };
    const text = canonical.replace('"roles":[]', `"roles":[${JSON.stringify(role)}]`);
    const file = `{"signed":${text},"signatures":[]}`;
    if (code) expect(() => read(file)).toThrow(expect.objectContaining({ code }));
    else expect(read(file).delegations[0]?.paths).toEqual(paths);
  });

  it('says nothing under a name whose hash is none, and everything under the others', () => {
    const odd = `{"hashes":{"sha256":"${'A'.repeat(42)}B="},"length":1}`;
    const { targets, unusable } = read(`{"signed":${signed(`{"a":${entry},"b":${odd}}`)},"signatures":[]}`);
    expect([[...targets], [...unusable]]).toEqual([[['a', { length: 1, sha256: '0'.repeat(64) }]], ['b']]);
  });
});

describe('names', () => {
  it.each([
    'targets/Rel',
    'targets/',
    'targets//a',
    'targets/../a',
    'targets/a/',
    'Targets/a',
    'targets/a\0',
    'root',
    '__proto__',
  ])('%j is no role', (name) => expect(isDelegation(name)).toBe(false));

  it.each([
    'alpine',
    'Registry.example/a',
    'registry.example/a:tag',
    'https://r.example/a',
    'r.example/../a',
    'r.example/a//b',
    '',
  ])('%j names no repository', (name) =>
    expect(() => checkGun(name)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' })),
  );

  it.each(['docker.io/library/alpine', 'localhost:5000/demo/app', 'r.example/a__b/c-d.e'])('%j names a repository', (name) =>
    expect(checkGun(name)).toBe(name),
  );
});
