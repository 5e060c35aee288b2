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
