import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../dist/notation-securosys', import.meta.url));
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
let folder: string;
beforeAll(() => {
  // `pnpm test` builds before it tests; whoever runs this file alone may not have.
  if (!existsSync(program)) execFileSync(process.execPath, ['build/executables.mjs'], { cwd: packageFolder });
  folder = mkdtempSync(join(tmpdir(), 'executable-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (path: string, args: readonly string[], input = '') =>
  spawnSync(process.execPath, [path, ...args], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NOTATION_CONFIG: join(folder, 'config') },
  });

describe('notation-securosys, as it is installed', () => {
  it('is one script with a first line, ASCII, and may be executed', () => {
    const text = readFileSync(program, 'latin1');
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(/[^\n\t\r -~]/.test(text)).toBe(false);
    if (process.platform !== 'win32') expect(statSync(program).mode & 0o111).toBe(0o111);
  });

  it.each(['commonjs', 'module'])('answers the host wherever Node takes it for %s', (type) => {
    const path = join(folder, 'notation-securosys');
    copyFileSync(program, path);
    chmodSync(path, 0o755);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
    const { stdout, stderr, status } = run(path, ['get-plugin-metadata'], '{}');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ name: 'securosys', supportedContractVersions: ['1.0'] });
  });

  it('has what its commands need in itself: away from every node_modules it gets as far as a missing configuration', () => {
    const path = join(folder, 'notation-securosys');
    copyFileSync(program, path);
    const request = { contractVersion: '1.0', keyId: 'x' };
    const { stdout, stderr, status } = run(path, ['describe-key'], JSON.stringify(request));
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(JSON.parse(stderr)).toMatchObject({ errorCode: 'VALIDATION_ERROR', errorMetadata: { code: 'ERR_INVALID_ARGUMENT' } });
    expect(run(path, ['--help']).stdout).toContain('add-trust-anchor');
  });
});

describe('a file that is damaged', () => {
  it('signs nothing, and says what to do', () => {
    const path = join(folder, 'notation-damaged');
    writeFileSync(path, readFileSync(program, 'latin1').replace('"main"(){/*\n', '"main"(){/*\n)'));
    const asked = run(path, ['describe-key'], JSON.stringify({ contractVersion: '1.0', keyId: 'x' }));
    expect(JSON.parse(asked.stderr)).toEqual({ errorCode: 'ERROR', errorMessage: 'the plugin failed' });
    expect(run(path, ['--version'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/damaged: install it again\n$/),
    });
  });
});

describe('when the file is replaced in the very moment of its start', () => {
  it('the process goes on with what it was started with', () => {
    const path = join(folder, 'notation-replaced');
    const replace = 'nodeRequire("fs").writeFileSync(ownFile,"another");var packed=';
    writeFileSync(path, readFileSync(program, 'latin1').replace('var packed=', replace));
    const { stderr, status } = run(path, ['--help']);
    expect({ now: readFileSync(path, 'utf8'), stderr, status }).toEqual({ now: 'another', stderr: '', status: 0 });
  });
});

describe('when nothing can be read or written', () => {
  it.skipIf(process.platform === 'win32')('the host gets an error object and no stack', () => {
    const folderAsStdin = openSync(folder, 'r');
    try {
      const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'describe-key'], {
        stdio: [folderAsStdin, 'pipe', 'pipe'],
        encoding: 'utf8',
      });
      expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
      expect(JSON.parse(stderr)).toMatchObject({ errorCode: 'VALIDATION_ERROR' });
    } finally {
      closeSync(folderAsStdin);
    }
  });

  it.runIf(existsSync('/dev/full'))('an answer that did not arrive is a failure, without a stack', () => {
    const full = openSync('/dev/full', 'w');
    try {
      for (const command of ['get-plugin-metadata', '--help']) {
        const { stderr, status } = spawnSync(process.execPath, [program, command], {
          stdio: ['ignore', full, 'pipe'],
          encoding: 'utf8',
        });
        expect({ stderr, status }).toEqual({ stderr: '', status: 1 });
      }
    } finally {
      closeSync(full);
    }
  });
});

describe('sigstore-kms-securosys, as it is installed', () => {
  const kms = fileURLToPath(new URL('../dist/sigstore-kms-securosys', import.meta.url));
  const argument = (methodName: string) =>
    JSON.stringify({ initOptions: { protocolVersion: 'v1', keyResourceID: 'x', hashFunc: 5, rpcOptions: {} }, methodName });
  const start = (path: string, args: readonly string[]) =>
    spawnSync(process.execPath, [path, ...args], {
      input: '',
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: join(folder, 'nobody') },
    });

  it.each(['commonjs', 'module'])('answers cosign with JSON and nothing else wherever Node takes it for %s', (type) => {
    const path = join(folder, 'sigstore-kms-securosys');
    copyFileSync(kms, path);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
    const { stdout, stderr, status } = start(path, ['v1', argument('defaultAlgorithm')]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(JSON.parse(stdout)).toEqual({ defaultAlgorithm: { defaultAlgorithm: 'ecdsa-sha2-256-nistp256' } });
  });

  it('away from every node_modules it gets as far as a missing configuration, and says so where cosign reads it', () => {
    const path = join(folder, 'sigstore-kms-securosys');
    copyFileSync(kms, path);
    const { stdout, status } = start(path, ['v1', argument('publicKey')]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ errorMessage: expect.stringContaining('SIGSTORE_KMS_SECUROSYS_CONFIG') });
  });

  it('a damaged one is an error that cosign shows', () => {
    const path = join(folder, 'kms-mixed');
    writeFileSync(path, readFileSync(kms, 'latin1').replace('"main"(){/*\n', '"main"(){/*\n)'));
    const { stdout, status } = start(path, ['--help']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ errorMessage: 'this program is damaged: install it again' });
  });
});
