import { type RequestState, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { TsbRequestStatus } from '../../src/api/index.js';
import { Watcher } from '../../src/watch/watcher.js';

const pending: RequestState = { status: 'pending', approvals: { approvedBy: [], notYetApprovedBy: ['Ada'], rejectedBy: [] } };
const executed: RequestState = { status: 'executed', result: new Uint8Array(1) };

/** A broker of open requests, with time that moves when somebody sleeps. */
function broker(options: { list?: () => void; ends?: (time: number, broker: Broker) => void } = {}) {
  const self = {
    time: 0,
    calls: [] as { readonly at: number; readonly what: string }[],
    open: new Map<string, TsbRequestStatus>(),
    states: new Map<string, RequestState>(),
    inFlight: 0,
    mostInFlight: 0,
  };
  const clock = {
    now: () => self.time,
    sleep: async (ms: number, signal?: AbortSignal) => {
      // Everything that is ready happens before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      self.time += ms;
      options.ends?.(self.time, self);
    },
  };
  const watcher = new Watcher({
    clock,
    async list() {
      self.calls.push({ at: self.time, what: 'list' });
      options.list?.();
      return [...self.open].map(([id, status]) => ({ id, status }));
    },
  });
  const look = async (id: string): Promise<RequestState> => {
    self.calls.push({ at: self.time, what: id });
    self.mostInFlight = Math.max(self.mostInFlight, ++self.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    self.inFlight--;
    return self.states.get(id) ?? { ...pending };
  };
  const watch = (id: string, call = {}) => watcher.watch(id, pending, look, call);
  return Object.assign(self, { clock, watcher, look, watch });
}
type Broker = Pick<ReturnType<typeof broker>, 'time' | 'calls' | 'open' | 'states'>;

/** Requests that end at a moment. */
function ending(when: number, ids: readonly string[], state: RequestState = executed) {
  return (time: number, { open, states }: Broker) => {
    if (time < when) return;
    for (const id of ids) if (open.delete(id)) states.set(id, state);
  };
}

const many = Array.from({ length: 1_000 }, (_, n) => `request-${n}`);
const openAll = (target: Broker, ids: readonly string[]) => {
  for (const id of ids) target.open.set(id, 'PENDING');
};

describe('many requests watched at once', () => {
  it('cost at most one call a second while nothing changes, and fewer as time goes by', async () => {
    const hour = 3_600_000;
    const one = broker({ ends: ending(hour, many) });
    openAll(one, many);
    const all = Promise.all(many.map((id) => one.watch(id)));
    await all;
    const waiting = one.calls.filter(({ at }) => at < hour);
    for (const [n, { at }] of waiting.entries())
      expect(at).toBeGreaterThanOrEqual((waiting[n - 1]?.at ?? 0) + (n > 0 ? 1_000 : 0));
    expect(waiting.length).toBeLessThan(hour / 15_000 + 30);
  });

  it('that end are each looked at once, a few at a time', async () => {
    const one = broker({ ends: ending(60_000, many) });
    openAll(one, many);
    const states = await Promise.all(many.map((id) => one.watch(id)));
    expect(states.every(({ status }) => status === 'executed')).toBe(true);
    const after = one.calls.filter(({ at, what }) => at >= 60_000 && what !== 'list');
    expect(new Set(after.map(({ what }) => what)).size).toBe(1_000);
    expect(after.length).toBeLessThanOrEqual(1_001);
    expect(one.mostInFlight).toBe(8);
  });

  it('show their approvals in turns', async () => {
    const approved: RequestState = { ...pending, approvals: { approvedBy: ['Ada'], notYetApprovedBy: [], rejectedBy: [] } };
    const one = broker();
    const ids = many.slice(0, 5);
    openAll(one, ids);
    one.states.set('request-3', approved);
    const others = new AbortController();
    const rest = ids.filter((id) => id !== 'request-3').map((id) => one.watch(id, { signal: others.signal }));
    expect(await one.watch('request-3')).toBe(approved);
    others.abort('enough');
    for (const result of await Promise.allSettled(rest)) expect(result).toMatchObject({ reason: 'enough' });
  });

  it('that are approved but wait for their time are told apart by the list', async () => {
    const one = broker();
    openAll(one, many.slice(0, 9));
    one.open.set('request-5', 'APPROVED');
    one.states.set('request-5', { status: 'approved' });
    const others = many.slice(0, 5).map((id) => one.watch(id).catch(() => undefined));
    expect(await one.watch('request-5')).toEqual({ status: 'approved' });
    one.watcher.close();
    await Promise.all(others);
  });
});

describe('nobody who waits is lost', () => {
  it('when calls fail for a moment: fewer are made until they succeed', async () => {
    let failing = true;
    const one = broker({
      list: () => {
        if (failing) throw new SignError('ERR_UNAVAILABLE', 'later');
      },
      ends: (time, self) => {
        failing = time < 600_000;
        if (!failing) ending(600_000, many)(time, self);
      },
    });
    openAll(one, many);
    await Promise.all(many.map((id) => one.watch(id)));
    expect(one.calls.filter(({ at }) => at < 600_000).length).toBeLessThan(60);
  });

  it('when the server has no list: requests are looked at one by one, one a second', async () => {
    const one = broker({
      list: () => {
        throw new SignError('ERR_CAPABILITY_MISSING', 'before 2.0.1');
      },
      ends: ending(1_000, many.slice(0, 20)),
    });
    openAll(one, many.slice(0, 20));
    await Promise.all(many.slice(0, 20).map((id) => one.watch(id)));
    // The last three are so few that they are looked at together.
    for (const [n, { at }] of one.calls.entries()) expect(at).toBeGreaterThanOrEqual((Math.min(n, 18) + 1) * 1_000);
  });

  it('when a list lacks a request that is still open', async () => {
    const one = broker({ ends: (time, { states }) => void (time > 120_000 && states.set('lacking', executed)) });
    openAll(one, many.slice(0, 5));
    const others = many.slice(0, 5).map((id) => one.watch(id).catch(() => undefined));
    expect(await one.watch('lacking')).toBe(executed);
    expect(one.calls.filter(({ at, what }) => at <= 120_000 && what === 'lacking').length).toBeLessThan(12);
    one.watcher.close();
    await Promise.all(others);
  });

  it('when one look fails for good: only that one hears of it', async () => {
    const gone = new SignError('ERR_REQUEST_NOT_FOUND', 'gone');
    const one = broker({ ends: ending(5_000, many.slice(0, 6)) });
    openAll(one, many.slice(0, 6));
    const failing = one.watcher.watch('gone', pending, () => Promise.reject(gone));
    const others = many.slice(0, 6).map((id) => one.watch(id));
    await expect(failing).rejects.toBe(gone);
    for (const { status } of await Promise.all(others)) expect(status).toBe('executed');
  });

  it('a refused login ends every wait', async () => {
    const refused = new SignError('ERR_AUTHENTICATION', 'no');
    const one = broker({
      list: () => {
        throw refused;
      },
    });
    openAll(one, many.slice(0, 9));
    for (const result of await Promise.allSettled(many.slice(0, 9).map((id) => one.watch(id))))
      expect(result).toMatchObject({ reason: refused });
  });
});

describe('a wait ends', () => {
  it('at its deadline, with what was known', async () => {
    const one = broker();
    expect(await one.watch('request-1', { timeoutMs: 2_500 })).toBe(pending);
    expect(one.time).toBe(2_500);
  });

  it('at its deadline, although a look for somebody else stalls', async () => {
    const one = broker();
    let stalled: () => void = () => undefined;
    const stalls = new Promise<void>((resolve) => (stalled = resolve));
    const look = () => {
      stalled();
      return new Promise<RequestState>(() => undefined);
    };
    const other = one.watcher.watch('stalling', pending, look).catch((error: SignError) => error.code);
    await stalls;
    expect(await one.watch('request-1', { timeoutMs: 5 })).toBe(pending);
    one.watcher.close();
    expect(await other).toBe('ERR_UNAVAILABLE');
  });

  it('with news, also when the clock is set back by an hour under way', async () => {
    const hour = 3_600_000;
    const one = broker();
    one.time = 2 * hour;
    let looks = 0;
    const slept = async (id: string) => {
      if (++looks === 1) one.time -= hour;
      if (looks === 3) return executed;
      return one.look(id);
    };
    expect(await one.watcher.watch('request-1', pending, slept)).toBe(executed);
    expect(one.time).toBeLessThan(hour + 60_000);
  });

  it('when it is aborted, and the loop with the last one', async () => {
    const one = broker();
    const stop = new AbortController();
    const waiting = one.watch('request-1', { signal: stop.signal });
    stop.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(one.watch('request-1', { signal: stop.signal })).rejects.toBe('enough');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { time } = one;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(one.time).toBe(time);
  });

  it('when the backend is closed', async () => {
    const one = broker();
    const waiting = one.watch('request-1');
    one.watcher.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', retryable: false });
  });

  it('and a single request is looked at by itself', async () => {
    const one = broker({ ends: ending(3_000, ['request-1']) });
    openAll(one, ['request-1']);
    expect(await one.watch('request-1')).toBe(executed);
    expect(one.calls.every(({ what }) => what === 'request-1')).toBe(true);
  });
});
