import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSemanticVersions, parseSemanticVersion } from '../src/evaluation/verification-plugin-version.js';

const parsed = (text: string) => {
  const version = parseSemanticVersion(text);
  if (!version) throw new Error(`${text} is no version`);
  return version;
};
const compare = (a: string, b: string) => Math.sign(compareSemanticVersions(parsed(a), parsed(b)));

describe('versions of plugins are Semantic Versioning 2.0.0', () => {
  it('in the order of its §11', () => {
    const order = [
      ...[
        '1.0.0-alpha',
        '1.0.0-alpha.1',
        '1.0.0-alpha.beta',
        '1.0.0-beta',
        '1.0.0-beta.2',
        '1.0.0-beta.11',
        '1.0.0-rc.1',
        '1.0.0',
      ],
      ...['2.0.0', '2.1.0', '2.1.1'],
    ];
    for (const [i, a] of order.entries())
      for (const [j, b] of order.entries()) expect(compare(a, b), `${a} ${b}`).toBe(Math.sign(i - j));
  });

  it('build metadata has no precedence', () => {
    expect(compare('1.0.0+20130313144700', '1.0.0+exp.sha.5114f85')).toBe(0);
  });

  it('numbers of any length are compared exactly', () => {
    expect(compare('1.0.90071992547409931', '1.0.90071992547409930')).toBe(1);
    expect(compare('1.0.0-90071992547409931', '1.0.0-90071992547409930')).toBe(1);
  });

  it.each([
    '',
    '1',
    '1.0',
    'v1.0.0',
    '1.0.0.0',
    '01.0.0',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0-a..b',
    '1.0.0+',
    '1.0.0+a+b',
    ' 1.0.0',
    '1.0.0\n',
    '-1.0.0',
    `1.0.${'9'.repeat(300)}`,
  ])('%j is none', (text) => {
    expect(parseSemanticVersion(text)).toBeUndefined();
  });

  const number = fc.nat({ max: 3 }).map(String);
  const identifier = fc.oneof(number, fc.constantFrom('a', 'b', 'A', '-', 'a1', '0a'));
  const version = fc
    .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
    .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre.length > 0 ? `-${pre.join('.')}` : ''}`);

  it('are totally ordered', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compare(a, b)).toBe(0 - compare(b, a));
        if (compare(a, b) === 0) expect(a).toBe(b);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
        expect(compare(`${a}+build.${b.replace(/[^0-9A-Za-z]/g, '')}`, a)).toBe(0);
      }),
    );
  });

  it('a pre-release comes before its release, and a longer one after its beginning', () => {
    fc.assert(
      fc.property(number, fc.array(identifier, { minLength: 1, maxLength: 3 }), identifier, (n, pre, more) => {
        expect(compare(`${n}.0.0-${pre.join('.')}`, `${n}.0.0`)).toBe(-1);
        expect(compare(`${n}.0.0-${pre.join('.')}`, `${n}.0.0-${[...pre, more].join('.')}`)).toBe(-1);
      }),
    );
  });
});
