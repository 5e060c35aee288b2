import { SignError, type SignErrorCode, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { handleNotation, type NotationPlugin } from '../../src/index.js';

/** What the plugin writes when opening its backend fails like this. */
async function failedWith(thrown: unknown) {
  const plugin: NotationPlugin = {
    name: 'example',
    version: '1.0.0',
    description: 'for tests',
    url: 'https://example.com',
    open: () => {
      throw thrown;
    },
    keyRef: ({ keyId }) => ({ label: keyId }),
  };
  const stdin = utf8Bytes('{"contractVersion":"1.0","keyId":"k"}');
  const { stdout, stderr, exitCode } = await handleNotation({ argv: ['describe-key'], stdin, env: {} }, plugin);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  return { text: stderr, ...JSON.parse(stderr) };
}

describe('what the host is told', () => {
  const cases: readonly (readonly [SignErrorCode, string])[] = [
    ['ERR_INVALID_ARGUMENT', 'VALIDATION_ERROR'],
    ['ERR_KEY_NOT_FOUND', 'VALIDATION_ERROR'],
    ['ERR_ALGORITHM_UNSUPPORTED', 'VALIDATION_ERROR'],
    ['ERR_CROSS_PROTOCOL', 'VALIDATION_ERROR'],
    ['ERR_AUTHENTICATION', 'ACCESS_DENIED'],
    ['ERR_FORBIDDEN', 'ACCESS_DENIED'],
    ['ERR_VETOED', 'ACCESS_DENIED'],
    ['ERR_APPROVAL_REJECTED', 'ACCESS_DENIED'],
    ['ERR_TIMEOUT', 'TIMEOUT'],
    ['ERR_APPROVAL_PENDING', 'TIMEOUT'],
    ['ERR_RATE_LIMITED', 'THROTTLED'],
    ['ERR_NETWORK', 'ERROR'],
    ['ERR_UNAVAILABLE', 'ERROR'],
    ['ERR_KEY_CHANGED', 'ERROR'],
    ['ERR_STORE', 'ERROR'],
    ['ERR_OUTCOME_UNKNOWN', 'ERROR'],
  ];

  it.each(cases)('of %s is %s, and the message holds our code: it is all that the user sees', async (code, errorCode) => {
    const error = await failedWith(new SignError(code, 'this went wrong'));
    expect(error).toMatchObject({ errorCode, errorMetadata: { code } });
    expect(error.errorMessage).toMatch(new RegExp(`^this went wrong \\(${code}\\)`));
  });

  it('names the request and the people, line by line, in text that no terminal obeys (S11)', async () => {
    const details = {
      requestId: '1-2-3',
      approvals: { approvedBy: ['Ada'], notYetApprovedBy: ['Ben\u202e\nroot'], rejectedBy: [] },
    };
    const { errorMessage, errorMetadata } = await failedWith(
      new SignError('ERR_APPROVAL_PENDING', 'request \u001b[31mwaits\nlong', { details }),
    );
    const lines = errorMessage.split('\n');
    expect(lines[0]).toBe('request \\u{1b}[31mwaits\\u{a}long (ERR_APPROVAL_PENDING)');
    expect(lines.slice(1, 4)).toEqual(['request: 1-2-3', 'approved by: Ada', 'not yet approved by: Ben\\u{202e}\\u{a}root']);
    expect(errorMetadata).toEqual({ code: 'ERR_APPROVAL_PENDING', requestId: '1-2-3' });
  });

  it('of an error that is none of ours is nothing of what that says', async () => {
    const { text, errorCode } = await failedWith(new Error('the password is hunter2'));
    expect(errorCode).toBe('ERROR');
    expect(text).not.toContain('hunter2');
  });

  it.each([[[]], [['sign']], [['describe-key', 'more']], [['DESCRIBE-KEY']]])(
    'of the arguments %j is a refusal',
    async (argv) => {
      const plugin: NotationPlugin = {
        name: 'example',
        version: '1.0.0',
        description: 'for tests',
        url: 'https://example.com',
        open: () => createMemoryBackend(),
        keyRef: ({ keyId }) => ({ label: keyId }),
      };
      const { stderr, exitCode } = await handleNotation({ argv, stdin: utf8Bytes('{}'), env: {} }, plugin);
      expect(exitCode).toBe(1);
      expect(JSON.parse(stderr)).toMatchObject({ errorCode: 'VALIDATION_ERROR' });
    },
  );
});
