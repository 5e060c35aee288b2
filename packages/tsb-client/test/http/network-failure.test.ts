import { describe, expect, it } from 'vitest';
import { networkFailure } from '../../src/http/network-failure.js';

const failed = (cause: Error): boolean => networkFailure('GET /', new TypeError('fetch failed', { cause }), true).neverSent;
const system = (code: string, syscall: string): Error => Object.assign(new Error(code), { code, syscall });

/** What Node throws when it tried several addresses: it has the code of the first. */
function tried(...errors: Error[]): Error {
  const code = errors[0] && 'code' in errors[0] ? errors[0].code : undefined;
  return Object.assign(new AggregateError(errors), { code });
}

describe('that nothing was sent is certain', () => {
  it.each(['EHOSTUNREACH', 'ENETUNREACH'])('of %s only while connecting', (code) => {
    expect(failed(system(code, 'connect'))).toBe(true);
    for (const syscall of ['read', 'write', 'writev']) expect(failed(system(code, syscall))).toBe(false);
    expect(failed(Object.assign(new Error(code), { code }))).toBe(false);
  });

  it('when each of several addresses was out of reach', () => {
    expect(failed(tried(system('ENETUNREACH', 'connect'), system('ECONNREFUSED', 'connect')))).toBe(true);
    expect(failed(tried(system('ECONNREFUSED', 'connect'), system('ECONNRESET', 'read')))).toBe(false);
  });

  it('of no failure without a name', () => {
    expect(failed(new Error('other side closed'))).toBe(false);
  });
});

describe('a connection that ended without an answer', () => {
  const closed = (bytesRead: number): Error =>
    Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET', socket: { bytesRead } });
  const message = (cause: Error, https: boolean): string =>
    networkFailure('GET /', new TypeError('fetch failed', { cause }), https).failed.message;

  it('may have wanted a client certificate only over TLS, and only when it never answered before', () => {
    expect(message(closed(0), true)).toMatch(/client certificate \(auth\.type 'certificate'\)/);
    for (const other of [message(closed(0), false), message(closed(1), true), message(system('ECONNRESET', 'read'), true)])
      expect(other).not.toContain('certificate');
  });
});
