import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base64Text } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { createRunningClock, type StartedTsb, startFakeTsb } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { jws, payloadOf, payloadType, people, target } from './helpers.js';

const program = fileURLToPath(new URL('../dist/notation-securosys', import.meta.url));

/** Milliseconds; each costs two starts of the program. */
const killedAfter = process.env.SLOW ? [40, 80, 120, 160, 200, 300, 600] : [150];

describe('real processes that sign the same thing', () => {
  let folder: string;
  let tsb: StartedTsb;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'processes-'));
    tsb = await startFakeTsb({ clock: createRunningClock(), attestationKey: rsaKey(), banner: () => undefined });
    const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: people });
    const ca = tsb.certificateAuthority;
    const chain = [await ca.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await ca.root()];
    writeFileSync(join(folder, 'chain.pem'), chain.map((der) => pemText(der, 'CERTIFICATE')).join(''));
    mkdirSync(join(folder, 'securosys'), { mode: 0o700 });
    const config = { restApi: tsb.url, token: tsb.token, allowEmulated: true };
    writeFileSync(join(folder, 'securosys', 'config.json'), JSON.stringify(config), { mode: 0o600 });
  });
  afterAll(async () => {
    await tsb.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** One start of the plugin, killed after some milliseconds where that is said. */
  const sign = (size: number, timeout: string, killAfterMs?: number): Promise<string> =>
    new Promise((resolve) => {
      const env = { PATH: process.env.PATH, NOTATION_CONFIG: folder };
      const child = spawn(process.execPath, [program, 'generate-envelope'], { env, stdio: ['pipe', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.on('data', (part) => (said += String(part)));
      child.on('close', () => resolve(said));
      child.stdin.end(
        JSON.stringify({
          contractVersion: '1.0',
          keyId: 'release',
          payloadType,
          signatureEnvelopeType: jws,
          payload: base64Text(payloadOf({ ...target, size })),
          pluginConfig: { timeout, chain: join(folder, 'chain.pem') },
        }),
      );
      if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });

  // Those that come second wait for the first one's request: some twenty seconds.
  if (process.env.SLOW)
    it('at once ask people once', async () => {
      const said = await Promise.all([sign(1, '0s'), sign(1, '0s'), sign(1, '0s')]);
      for (const text of said) expect(text).toContain('ERR_APPROVAL_PENDING');
      expect(tsb.requests).toHaveLength(1);
    });

  it.each(killedAfter)(
    "killed after %i ms leave one request, which the next run continues or cannot tell from a stranger's",
    async (ms) => {
      const before = tsb.requests.length;
      await sign(ms, '10m', ms);
      // Killed between the request and its answer: while people still decide, nothing proves whose it is (core's recovery).
      expect(await sign(ms, '0s')).toMatch(/ERR_APPROVAL_PENDING|ERR_OUTCOME_UNKNOWN/);
      expect(tsb.requests.length - before).toBe(1);
    },
    60_000,
  );
});
