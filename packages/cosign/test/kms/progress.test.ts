import { describe, expect, it } from 'vitest';
import type { CosignKmsPlugin, CosignKmsProgress } from '../../src/index.js';
import { progressTeller } from '../../src/serve/progress.js';
import { tellingPlugin } from '../../src/serve/telling-plugin.js';
import { ask, memoryPlugin, pemOf } from './kms.js';

const progress: CosignKmsProgress = {
  keyResourceId: 'release\u001b[2J',
  title: 'cosign signature of image sha256:00',
  requestId: '1-2-3',
  status: 'pending',
  waitsUntil: new Date(2026, 0, 1, 12, 3, 0).getTime(),
  approvals: { approvedBy: ['Ada'], notYetApprovedBy: ['Ben\nsays yes'], rejectedBy: [] },
};

describe('what cosign shows while people decide', () => {
  it('says what is signed, which request it is, who has approved and who has not, and nothing that a terminal obeys (S11)', () => {
    const written: string[] = [];
    progressTeller('sigstore-kms-example', (text) => written.push(text))(progress);
    expect(written.join('')).toBe(
      [
        'sigstore-kms-example: cosign signature of image sha256:00, key release\\u{1b}[2J',
        '  request 1-2-3: pending',
        '  approved by: Ada',
        '  not yet approved by: Ben\\u{a}says yes',
        '  waits until 12:03:00',
        '',
      ].join('\n'),
    );
  });

  it('is told once for each change, and nobody is waited for any more when it is signed', () => {
    const written: string[] = [];
    const tell = progressTeller('x', (text) => written.push(text));
    for (const status of ['pending', 'pending', 'executed'] as const) tell({ ...progress, status });
    expect(written).toHaveLength(2);
    expect(written[1]).not.toMatch(/waits until|not yet/);
  });
});

describe('a plugin that is a class with private fields', () => {
  it('is served like any other, and hears of progress itself', async () => {
    const { plugin: inner } = await memoryPlugin();
    class Plugin implements CosignKmsPlugin {
      readonly name = 'example';
      readonly version = '1.0.0';
      readonly #inner = inner;
      readonly heard: string[] = [];
      open: CosignKmsPlugin['open'] = (context) => inner.open(context);
      keyRef(context: Parameters<CosignKmsPlugin['keyRef']>[0]) {
        return this.#inner.keyRef(context);
      }
      onProgress({ status }: CosignKmsProgress) {
        this.heard.push(status);
      }
    }
    const plugin = new Plugin();
    const told: string[] = [];
    const telling = tellingPlugin(plugin, ({ status }) => void told.push(status));
    expect(pemOf(await ask(telling, 'publicKey'))).toMatch(/^-----BEGIN PUBLIC KEY-----/);
    await telling.onProgress?.(progress, { method: 'signMessage', keyResourceId: 'release', env: {} });
    expect([told, plugin.heard]).toEqual([['pending'], ['pending']]);
  });
});
