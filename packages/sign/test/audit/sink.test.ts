import { describe, expect, it } from 'vitest';
import { type AuditSink, openAuditLog, verifyAuditLog } from '../../src/audit.js';
import { linesIn, newFolder } from './helpers.js';

/** A sink that can be down: it takes nothing then, or all but says so. */
function moody() {
  const self = { mood: 'up' as 'up' | 'down' | 'mute', lines: [] as string[], calls: 0, most: 0 };
  const sink: AuditSink = {
    timeoutMs: 20,
    async write(lines) {
      self.calls++;
      self.most = Math.max(self.most, lines.length);
      if (self.mood === 'down') throw new Error('no route');
      self.lines.push(...lines);
      if (self.mood === 'mute') await new Promise(() => undefined);
    },
  };
  return Object.assign(self, { sink });
}

/** Lines in the order in which they came first. */
const once = (lines: readonly string[]) => [...new Set(lines)];
const large = { kind: 'note', text: 'x'.repeat(20_000) };

describe('a sink that is down', () => {
  it.each(['beside a folder', 'alone'])(
    '%s: so much is held for it and no more, and nothing is taken until it has caught up',
    async (where) => {
      const folder = where === 'alone' ? undefined : await newFolder();
      const down = moody();
      const log = openAuditLog({ ...(folder !== undefined && { folder }), sink: down.sink, maxHeldBytes: 65_536 });
      await log.append({ kind: 'before' });
      down.mood = 'down';
      for (let i = 0; i < 20; i++) await expect(log.append(large)).rejects.toMatchObject({ code: 'ERR_STORE', retryable: true });
      // Four of them fit; what was refused for want of room is in no folder either.
      expect(down.most).toBe(4);
      if (folder !== undefined) expect(await linesIn(folder)).toHaveLength(6);
      const refused: unknown = await log.append({ kind: 'small' }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'ERR_STORE', details: { unsentBytes: expect.any(Number) } });
      expect((refused as { details: { unsentBytes: number } }).details.unsentBytes).toBeLessThan(2 * 65_536);
      down.mood = 'up';
      await log.append({ kind: 'after' });
      await log.close();
      if (folder !== undefined)
        expect(down.lines).toEqual(await linesIn(folder).then((lines) => lines.map((line) => `${line}\n`)));
      expect(down.lines).toHaveLength(7);
      await verified(down.lines);
    },
  );

  it('and does not say so holds nobody up for longer than its time', async () => {
    const down = moody();
    await using log = openAuditLog({ sink: down.sink });
    down.mood = 'mute';
    await expect(log.append({ kind: 'a' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    // It had taken the lines: that they come again does no harm, and no other record has their place.
    down.mood = 'up';
    await log.append({ kind: 'b' });
    expect(once(down.lines)).toHaveLength(3);
    await verified(once(down.lines));
  });

  it('lets so many records wait and no more', async () => {
    const down = moody();
    down.mood = 'mute';
    const log = openAuditLog({ sink: down.sink, maxHeldBytes: 65_536 });
    const appended = await Promise.allSettled(Array.from({ length: 10 }, () => log.append(large)));
    const why = appended.map((one) => (one.status === 'rejected' ? one.reason.message : ''));
    expect(why.filter((message) => message.startsWith('too many records wait'))).toHaveLength(6);
    down.mood = 'up';
    await expect(log.append({ kind: 'after' })).resolves.toMatchObject({ seq: expect.any(Number) });
    await log.close();
  });

  it.each([{ maxHeldBytes: 1 }, { maxHeldBytes: 2 ** 31 }, { sink: { write: async () => undefined, timeoutMs: 0 } }])(
    'options %o are refused',
    (options) => {
      const sink = moody().sink;
      expect(() => openAuditLog({ sink, ...options })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    },
  );
});

async function verified(lines: readonly string[]): Promise<void> {
  const source = async function* () {
    yield {
      name: 'collected',
      read: async function* () {
        yield Buffer.from(lines.join(''));
      },
    };
  };
  expect(await verifyAuditLog(source)).toMatchObject({ verdict: 'consistent', records: lines.length });
}
