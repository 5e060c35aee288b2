import { afterEach, describe, expect, it, vi } from 'vitest';
import { AskedOnce } from '../../src/http/asked-once.js';
import { Deadline } from '../../src/http/deadline.js';
import { pooledTransport } from '../../src/http/transport.js';
import { createTsbClient } from '../../src/index.js';

describe('getting ready to connect', () => {
  it('starts anew with the next call, when the key of the client never came', async () => {
    let asked = 0;
    const never = () => {
      asked++;
      return new Promise<string>(() => undefined);
    };
    const auth = { type: 'certificate', certificate: never, privateKey: never } as const;
    const client = createTsbClient({ url: 'https://localhost:1', auth });
    for (const times of [1, 2]) {
      await expect(client.service.version({ timeoutMs: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
      expect(asked).toBe(times);
    }
    await client.close();
  });

  it('hands back what came after it was given up', async () => {
    const answers: ((pool: string) => void)[] = [];
    const unwanted: string[] = [];
    const once = new AskedOnce(
      () => new Promise<string>((resolve) => answers.push(resolve)),
      (late) => unwanted.push(late),
    );
    const deadline = new Deadline(1_000, false);
    const first = once.answer(deadline);
    deadline.end(new Error('late'));
    const second = once.answer(new Deadline(1_000, false));
    for (const [n, answer] of answers.entries()) answer(`pool ${n}`);
    expect(await Promise.all([first, second, once.answer(undefined)])).toEqual(['pool 0', 'pool 1', 'pool 1']);
    expect(unwanted).toEqual(['pool 0']);
  });
});

describe('a connection', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('is given up when the call ends, also when most of its time went by before it was sent', async () => {
    const dispatchers: unknown[] = [];
    vi.stubGlobal('fetch', async (_: string, init: { dispatcher: unknown }) => {
      dispatchers.push(init.dispatcher);
      return new Response();
    });
    const transport = pooledTransport({ connections: 1, timeoutMs: 4_000, ca: undefined, identity: undefined, proxy: undefined });
    let time = 0;
    vi.spyOn(process, 'hrtime').mockImplementation(() => [time / 1_000, 0]);
    const deadline = new Deadline(4_000, false);
    await transport.prepare(deadline);
    await transport.send('http://localhost', {}, deadline);
    await transport.send('http://localhost', {}, new Deadline(4_000, false));
    time = 3_000;
    await transport.send('http://localhost', {}, deadline);
    await transport.close();
    const [usual, again, late] = dispatchers;
    expect(again).toBe(usual);
    expect(late).not.toBe(usual);
    expect(deadline.leftMs).toBe(1_000);
    time = 9_000;
    // 0 would be no limit at all.
    expect(deadline.leftMs).toBe(1);
  });
});
