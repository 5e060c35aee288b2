import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../src/policy/glob.js';

/** The same grammar by another way: every pattern as a regular expression. */
function byRegExp(pattern: string, text: string): boolean {
  const source = pattern
    .split('/')
    .map((part) => (part === '**' ? '[^/]*(?:/[^/]*)*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')))
    .join('/');
  return new RegExp(`^${source}$`, 's').test(text);
}

describe('patterns', () => {
  it.each([
    ['registry.example/prod/*', 'registry.example/prod/app', true],
    ['registry.example/prod/*', 'registry.example/prod/team/app', false],
    ['registry.example/prod/**', 'registry.example/prod/team/app', true],
    ['registry.example/prod/**', 'registry.example/prod', false],
    ['registry.example/**/app', 'registry.example/app', false],
    ['registry.example/**/app', 'registry.example/a/b/app', true],
    ['**', 'registry.example/app', true],
    ['*.example/app', 'a.b.example/app', true],
    ['registry.example/a', 'registryxexample/a', false],
    ['v*.*', 'v1.4', true],
    ['v*', 'v', true],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it('match what the same pattern as a regular expression matches', () => {
    const part = fc
      .array(fc.constantFrom('a', 'b', '.', '*'), { minLength: 1, maxLength: 5 })
      .map((letters) => letters.join('').replaceAll('**', '*'));
    const pattern = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const text = fc
      .array(
        fc.array(fc.constantFrom('a', 'b', '.'), { minLength: 1, maxLength: 5 }).map((l) => l.join('')),
        { minLength: 1, maxLength: 5 },
      )
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(pattern, text, (one, other) => matchesGlob(one, other) === byRegExp(one, other)),
      { numRuns: 500 },
    );
  });

  it('no pattern is slow: sixteen stars over a thousand letters', () => {
    const start = performance.now();
    expect(matchesGlob(`${'*a'.repeat(16)}b`, 'a'.repeat(1_000))).toBe(false);
    expect(matchesGlob(`${'**/'.repeat(16)}b`, 'a/'.repeat(500))).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
