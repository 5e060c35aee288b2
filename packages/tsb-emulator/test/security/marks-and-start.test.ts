import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeTsb, startTsbEmulator, type TsbEmulator, type TsbEmulatorOptions } from '../../src/index.js';

const running: TsbEmulator[] = [];
async function start(options: TsbEmulatorOptions = {}): Promise<{ emulator: TsbEmulator; banner: string }> {
  let banner = '';
  const emulator = await startTsbEmulator({
    banner: (text) => {
      banner += text;
    },
    ...options,
  });
  running.push(emulator);
  return { emulator, banner };
}

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const emulator of running.splice(0)) await emulator.close();
});

const refused = { code: 'ERR_EMULATOR_REFUSED' };

describe('the emulator is hard to run where it matters (S35)', () => {
  it.each(['production', 'Production', ' production '])('refuses NODE_ENV=%j, in process and as a server', async (value) => {
    vi.stubEnv('NODE_ENV', value);
    expect(() => createFakeTsb()).toThrow(expect.objectContaining(refused));
    await expect(start()).rejects.toMatchObject(refused);
  });

  it('runs there only with the long-named option', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const { emulator } = await start({ iKnowThisIsAnEmulatorAndAllowNodeEnvProduction: true });
    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org', '127.0.0.1.example.org', 'not-localhost'])(
    'refuses to listen on %s',
    async (host) => {
      await expect(start({ host })).rejects.toMatchObject(refused);
    },
  );

  it('listens for other machines only with the long-named option', async () => {
    const { emulator } = await start({ host: '0.0.0.0', iKnowThisIsAnEmulatorAndAllowOtherMachines: true });
    expect(emulator.url).toContain('0.0.0.0');
  });

  it('one long-named option does not stand for the other', async () => {
    await expect(start({ host: '0.0.0.0', iKnowThisIsAnEmulatorAndAllowNodeEnvProduction: true })).rejects.toMatchObject(refused);
    vi.stubEnv('NODE_ENV', 'production');
    await expect(start({ iKnowThisIsAnEmulatorAndAllowOtherMachines: true })).rejects.toMatchObject(refused);
  });

  it('says what it is on every start', async () => {
    for (let i = 0; i < 2; i++) {
      const { emulator, banner } = await start();
      expect(banner).toContain('EMULATED TSB');
      expect(banner).toContain('Never for production');
      expect(banner).toContain(emulator.url);
      expect(banner).not.toContain(emulator.token);
    }
  });

  it('says so on standard error when nobody takes the banner', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      running.push(await startTsbEmulator());
      expect(write.mock.calls.flat().join('')).toContain('EMULATED TSB');
    } finally {
      write.mockRestore();
    }
  });

  it('refuses options that it does not have', async () => {
    expect(() => createFakeTsb({ tokens: 'x' } as object)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    await expect(start({ hots: '0.0.0.0' } as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('the emulator says what it is (S34)', () => {
  it('names itself as the vendor', async () => {
    const { emulator } = await start();
    const headers = { authorization: `Bearer ${emulator.token}` };
    const answer = await fetch(`${emulator.url}/v1/versionInfo`, { headers });
    expect(await answer.json()).toMatchObject({ Vendor: 'EMULATED TSB (software keys)' });
  });
});
