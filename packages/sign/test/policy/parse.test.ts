import { SignError } from '@securosys/core';
import { explainSigningPolicy, parseSigningPolicy } from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';
import { whole } from './documents.js';

const refusal = async (text: string | Uint8Array) => {
  const error = await parseSigningPolicy(text, { fileName: 'p.yaml' }).catch((e: unknown) => e);
  if (!SignError.is(error)) return expect.unreachable(String(error));
  return { code: error.code, message: error.message, ...error.details };
};
const rule = (line: string) => `version: 1\nrules:\n  - name: a\n    require:\n      ${line}\n`;

describe('parseSigningPolicy', () => {
  it('reads YAML and JSON alike, with tabs, a byte order mark and Windows lines', async () => {
    const json = JSON.stringify(whole, undefined, '\t');
    const expected = explainSigningPolicy(await parseSigningPolicy(json));
    expect(expected.length).toBeGreaterThan(10);
    const yaml = await import('yaml');
    for (const text of [`\ufeff${json}`, json.replaceAll('\n', '\r\n'), yaml.stringify(whole)])
      expect(explainSigningPolicy(await parseSigningPolicy(text))).toEqual(expected);
    expect(explainSigningPolicy(await parseSigningPolicy(new TextEncoder().encode(json)))).toEqual(expected);
  });

  it('a mistake in JSON is named with its line too', async () => {
    const text = JSON.stringify({ version: 1, rules: [{ name: 'a', require: { maxValidty: '1d' } }] }, undefined, 2);
    expect(await refusal(text)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', line: 7, column: 9, suggestion: 'maxValidity' });
    expect(await refusal('{"version": 1,\n"version": 1, "rules": []}')).toMatchObject({ code: 'ERR_MALFORMED', line: 2 });
  });

  it('an alias repeats what stands at its anchor', async () => {
    const text = 'version: 1\nrules:\n  - { name: a, require: &r { tags: [v*] } }\n  - { name: b, require: *r }\n';
    const said = explainSigningPolicy(await parseSigningPolicy(text));
    expect(said.filter((line) => line.includes('v*'))).toHaveLength(2);
  });

  it.each([
    [rule('maxValidty: 90d'), 5, 7, "did you mean 'maxValidity'?"],
    [rule('max-validity: 90d'), 5, 7, "did you mean 'maxValidity'?"],
    [rule('formats: [notation-jsw]'), 5, 17, "did you mean 'notation-jws'?"],
    [rule('tags: [1.0]'), 5, 14, 'put a text in quotes'],
    [rule('tags:\n        - v1\n        - v/2'), 7, 11, 'may hold'],
    ['version: 1\nruels: []\n', 2, 1, "did you mean 'rules'?"],
    ['version: 1\nwhatever: []\n', 2, 1, 'known are version, rules'],
  ])('a mistake is named with line and column, and with what was probably meant: %#', async (text, line, column, hint) => {
    const found = await refusal(text);
    expect(found).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', line, column, file: 'p.yaml' });
    expect(found.message).toContain(`p.yaml:${line}:${column}: `);
    expect(found.message).toContain(hint);
  });

  it.each([
    ['a name twice', 'version: 1\nversion: 1\nrules: []', 2],
    ['a tag', 'version: 1\nrules: !!seq []', 2],
    ['a tag of somebody', 'version: !run 1\nrules: []', 1],
    ['YAML 1.1', '%YAML 1.1\n---\nversion: 1\nrules: []', 1],
    ['two documents', 'version: 1\nrules: []\n---\nversion: 1', 3],
    ['a name that is no text', '1: 2', 1],
    ['an alias for a name', '&a version: 1\n*a : 1', 2],
    ['an alias of nothing', 'rules: *a', 1],
    ['an open bracket', 'version: 1\nrules: [', 2],
  ])('%s is refused as malformed, with its line', async (_, text, line) => {
    expect(await refusal(text)).toMatchObject({ code: 'ERR_MALFORMED', line });
  });

  it('text that is empty, or no UTF-8, is malformed', async () => {
    expect(await refusal('')).toMatchObject({ code: 'ERR_MALFORMED' });
    expect(await refusal(new Uint8Array([0x61, 0xff]))).toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('a merge key is a name like any other: unknown', async () => {
    expect(await refusal('version: 1\nrules: []\n<<: { a: 1 }')).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', line: 3 });
  });

  it.each([
    ['nested brackets', '['.repeat(60_000)],
    ['nested objects', '{a: '.repeat(16_000)],
    ['nested dashes', '- '.repeat(30_000)],
    ['nested questions', '? '.repeat(30_000)],
    ['nested lines', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    [
      'aliases of aliases',
      [
        'a: &a [x,x,x,x,x,x,x,x,x,x]',
        ...'bcdefg'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdef'[index]},`.repeat(10)}]`),
      ].join('\n'),
    ],
    ['an alias in what it names', 'rules: &a [*a]'],
    ['too many bytes', `# ${'x'.repeat(65_536)}`],
  ])('%s end at a limit, soon', async (_, text) => {
    expect(await refusal(text)).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('foreign text in an error is safe to show', async () => {
    const found = await refusal(rule('"a\\u202Eb": 1'));
    expect(found.message).toContain("'a\\u{202e}b'");
  });

  it('options that nobody knows are refused', async () => {
    await expect(parseSigningPolicy('', { filename: 'x' } as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
