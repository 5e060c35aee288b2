import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, SignError } from '@securosys/core';
import { createPinProvider } from '../../src/pin/create-pin-provider.js';
import type { PinOptions } from '../../src/pin/pin-options.js';
import type { TokenInfo } from '../../src/token/token-calls.js';

export const flags = {
  loginRequired: 0x4,
  protectedPath: 0x100,
  countLow: 0x1_0000,
  finalTry: 0x2_0000,
  locked: 0x4_0000,
  toBeChanged: 0x8_0000,
} as const;

export const tokenInfo = (changes: Partial<TokenInfo> = {}): TokenInfo => ({
  slotId: new Uint8Array(8),
  label: 'release',
  serial: '1234abcd',
  manufacturer: 'test',
  model: 'none',
  flags: flags.loginRequired,
  firmwareVersion: '1.0',
  hardwareVersion: '1.0',
  slotDescription: '',
  slotManufacturer: '',
  ...changes,
});

/** How the calls of a token fail: as `host` makes it of a return value. */
export const ckrError = (code: number, name: string) =>
  new SignError('ERR_AUTHENTICATION', 'the login failed', { details: { upstreamCode: code, upstreamName: name } });

/** A token whose PIN is known to the test, counting what reaches it. */
export function fakeToken(pin: string) {
  const tried: string[] = [];
  return {
    tried,
    login: async (given: string) => {
      tried.push(given);
      if (given !== pin) throw ckrError(0xa0, 'CKR_PIN_INCORRECT');
    },
  };
}

const made: string[] = [];

/** A folder of its own for each test, with a state folder in it. */
export function createWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'pins-'));
  made.push(folder);
  const stateFolder = join(folder, 'state');
  const file = join(folder, 'pin');
  const warnings: string[] = [];
  const logger: Logger = { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message), error: () => {} };
  return {
    folder,
    stateFolder,
    file,
    warnings,
    logger,
    makeState: () => mkdirSync(stateFolder, { mode: 0o700 }),
    writePin: (contents: string | Uint8Array, mode = 0o600) => {
      rmSync(file, { force: true });
      writeFileSync(file, contents, { mode });
    },
    provider: (options: PinOptions) => createPinProvider({ stateFolder, logger, env: {}, ...options }),
  };
}

export function removeWorlds(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}
