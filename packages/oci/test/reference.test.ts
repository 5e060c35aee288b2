import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatReference, parseReference } from '../src/index.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe('references', () => {
  it.each([
    ['ubuntu', 'docker.io/library/ubuntu'],
    ['ubuntu:24.04', 'docker.io/library/ubuntu:24.04'],
    ['team/app', 'docker.io/team/app'],
    ['docker.io/ubuntu', 'docker.io/library/ubuntu'],
    ['index.docker.io/ubuntu', 'docker.io/library/ubuntu'],
    ['localhost/app', 'localhost/app'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['registry.example/a/b__c/d-e.f:1.0_x-y', 'registry.example/a/b__c/d-e.f:1.0_x-y'],
    [`registry.example/app@${digest}`, `registry.example/app@${digest}`],
    [`registry.example/app:1@${digest}`, `registry.example/app:1@${digest}`],
    ['127.0.0.1:5000/app', '127.0.0.1:5000/app'],
    ['[::1]:5000/app', '[::1]:5000/app'],
    ['registry.example:443/app', 'registry.example:443/app'],
  ])('%s is %s', (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full);
  });

  it.each([
    ['oci:./folder', { path: './folder' }],
    ['oci:./folder:1.4', { path: './folder', tag: '1.4' }],
    ['oci:/abs/dir/with@at:v1', { path: '/abs/dir/with@at', tag: 'v1' }],
    [`oci:./folder@${digest}`, { path: './folder', digest }],
    ['oci:C:\\images\\app:1', { path: 'C:\\images\\app', tag: '1' }],
    ['oci:C:\\images', { path: 'C:\\images' }],
  ])('%s is a layout', (text, expected) => {
    expect(parseReference(text)).toEqual({ kind: 'layout', ...expected });
    expect(formatReference(parseReference(text))).toBe(text);
  });

  it.each([
    '',
    ' ubuntu',
    'Ubuntu',
    'ubuntu:',
    'ubuntu@',
    'ubuntu:a b',
    `ubuntu:${'a'.repeat(129)}`,
    'ubuntu@sha256:abc',
    `ubuntu@sha1:${'a'.repeat(40)}`,
    `ubuntu@sha256:${'A'.repeat(64)}`,
    'registry.example/../app',
    'registry.example//app',
    'registry.example/app/',
    'registry.example/app%2fx',
    'registry.example/a___b',
    'registry.example/-a',
    'https://registry.example/app',
    'user:pass@registry.example/app',
    'Registry.example/app',
    'registry.example:0/app',
    'registry.example:65536/app',
    'registry.example:05000/app',
    '2130706433:5000/app',
    '0x7f.1/app',
    '127.1:80/app',
    '[::ffff:127.0.0.1]/app',
    '[::0001]/app',
    'registry..example/app',
    'registry.example./app',
    `registry.example/${'a'.repeat(255)}`,
    'oci:',
    'oci::tag',
    'oci:./folder:',
    'oci:./folder@sha256:abc',
    'oci:./fol\u0000der:1',
    'app\u202e:1',
    'registry.example/app\n:1',
  ])('%j is refused', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('an error shows no control characters of the name', () => {
    expect(() => parseReference('bad\u001b[31m\u202ename')).toThrow(/\\u\{1b\}.*\\u\{202e\}/);
  });

  it('parsing what was formatted gives the same reference', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const arbitrary = fc.record({
      registry: fc
        .tuple(part, fc.option(fc.integer({ min: 1, max: 65535 })))
        .map(([p, port]) => `r${p}.example${port === null ? '' : `:${port}`}`),
      repository: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
      tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/), { nil: undefined }),
      digest: fc.option(fc.constant(digest), { nil: undefined }),
    });
    fc.assert(
      fc.property(arbitrary, ({ tag, digest: d, ...rest }) => {
        const reference = {
          kind: 'registry' as const,
          ...rest,
          ...(tag !== undefined && { tag }),
          ...(d !== undefined && { digest: d }),
        };
        expect(parseReference(formatReference(reference))).toEqual(reference);
      }),
    );
  });

  it('a hostile name is refused quickly', () => {
    const start = performance.now();
    for (const text of [`${'a-'.repeat(2000)}!`, `r.example/${'a__'.repeat(1300)}!`, `${'a.'.repeat(2000)}/!`])
      expect(() => parseReference(text)).toThrow();
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
