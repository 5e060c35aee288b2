import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isCharacterDevice, writeNow } from '../../src/serve/write-out.js';

const folder = mkdtempSync(join(tmpdir(), 'write-now-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('text that is written without a stream', () => {
  it('is in the file, as UTF-8', () => {
    const path = join(folder, 'file');
    const file = openSync(path, 'w');
    expect(isCharacterDevice(file)).toBe(false);
    expect(writeNow(file, 'grün\n')).toHaveLength(0);
    closeSync(file);
    expect(readFileSync(path, 'utf8')).toBe('grün\n');
  });

  it.runIf(process.platform === 'linux')('comes back as far as a pipe has no room for it, and is lost when nobody reads', () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const text = 'line\n'.repeat(100_000);
    const left = writeNow(writer, text);
    const read = new Uint8Array(text.length);
    const count = readSync(reader, read);
    expect(left?.byteLength).toBe(text.length - count);
    expect(new TextDecoder().decode(read.subarray(0, count)) + new TextDecoder().decode(left)).toBe(text);
    closeSync(reader);
    expect(writeNow(writer, text)).toBeUndefined();
    closeSync(writer);
  });

  it('and devices are known, and files that are not open', () => {
    const file = openSync('/dev/null', 'w');
    expect(isCharacterDevice(file)).toBe(true);
    closeSync(file);
    expect(isCharacterDevice(file)).toBe(false);
  });
});
