import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { knownOptions, SignError } from '../src/index.js';

describe('SignError', () => {
  it('is recognised across two copies of the package', async () => {
    vi.resetModules();
    const other = await import('../src/index.js');
    expect(other.SignError).not.toBe(SignError);
    const foreign = new other.SignError('ERR_TIMEOUT', 'late');
    expect(SignError.is(foreign, 'ERR_TIMEOUT')).toBe(true);
    expect(SignError.is(foreign, 'ERR_NETWORK')).toBe(false);
    expect(foreign.retryable).toBe(true);
    expect(SignError.is(new Error('x'))).toBe(false);
  });

  it('keeps cause and details, frozen', () => {
    const cause = new Error('inner');
    const error = new SignError('ERR_PROTOCOL', 'outer', { cause, details: { status: 502 } });
    expect(error.cause).toBe(cause);
    expect(error.details.status).toBe(502);
    expect(Object.isFrozen(error.details)).toBe(true);
    expect(inspect(error)).toContain('ERR_PROTOCOL');
  });

  it('names an unknown option and the known ones, so that a misspelt one is never ignored (S24)', () => {
    expect(() => knownOptions('verify', { threshhold: 2 }, ['threshold'])).toThrow(/threshhold.*threshold/);
  });

  it.each([
    ['a list', []],
    ['a Map, whose contents are no members', new Map([['threshold', 2]])],
  ])('takes no options from %s', (_, options) => {
    expect(() => knownOptions('verify', options, ['threshold'])).toThrow('not an object');
  });
});
