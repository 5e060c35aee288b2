import { describe, expect, it } from 'vitest';
import { tagsOf } from '../src/verify/tags.js';
import type { TrustedRepository } from '../src/verify/update.js';

class CountingMap extends Map<string, object> {
  static asked = 0;
  override has(name: string): boolean {
    CountingMap.asked++;
    return super.has(name);
  }
  override get(name: string): object | undefined {
    CountingMap.asked++;
    return super.get(name);
  }
}

describe('tags of a repository', () => {
  it.each([2, 999])('of a signer that declares %i roles take as long as there are names', (roles) => {
    const file = (role: string, names: readonly string[]) => ({
      role,
      targets: new CountingMap(names.map((name) => [name, { sha256: 'aa', length: 1 }])),
      unusable: new Set(),
    });
    const names = Array.from({ length: 500 }, (_, n) => `v${n}`);
    const delegations = Array.from({ length: roles }, (_, n) => ({
      file: file(`targets/x/r${n}`, n === roles - 1 ? names : []),
      paths: ['q'],
    }));
    const repository = { targets: file('targets', []), delegations } as unknown as TrustedRepository;
    CountingMap.asked = 0;
    const { trusted, untrusted } = tagsOf(repository);
    expect(trusted).toEqual([]);
    expect(untrusted).toHaveLength(names.length);
    expect(untrusted[0]).toEqual({ tag: 'v0', roles: [`targets/x/r${roles - 1}`], reason: 'outside-paths' });
    expect(CountingMap.asked).toBeLessThan(20 * names.length);
  });
});
