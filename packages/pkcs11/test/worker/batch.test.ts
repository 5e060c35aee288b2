import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, type Poster, readAnswers, readRequests, sendAnswers, sendRequests } from '../../src/worker/batch.js';
import { type Answer, type Command, maxBatch, type Request } from '../../src/worker/wire.js';

/** What arrives on the other side of a message. */
function arrived<T>(send: (port: Poster) => void): Batch<T> {
  let message: unknown;
  send({
    postMessage(value, transfer = []) {
      message = structuredClone(value, { transfer: [...transfer] });
    },
  });
  return message as Batch<T>;
}

/** Requests with bytes of any kind as plain ones. */
const plain = (requests: readonly Request[]): Request[] =>
  requests.map(({ id, command }) => {
    if (command.op !== 'sign' && command.op !== 'decrypt') return { id, command };
    return { id, command: { ...command, key: new Uint8Array(command.key), data: new Uint8Array(command.data) } };
  });

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const mechanism = fc.oneof(
  fc.constantFrom({ type: 0x1041 }, { type: 0x1057 }),
  fc.constantFrom(20, 32).map((saltLen) => ({ type: 13, parameter: { kind: 'pss' as const, hashAlg: 0x250, mgf: 2, saltLen } })),
  bytes(3).map((label) => ({ type: 9, parameter: { kind: 'oaep' as const, hashAlg: 0x220, mgf: 1, label } })),
);
const use: fc.Arbitrary<Command> = fc.record(
  {
    op: fc.constantFrom('sign', 'decrypt'),
    session: fc.constantFrom(1, 2),
    key: fc.constantFrom(Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(2, 0)),
    mechanism,
    data: bytes(40),
    bytes: fc.constantFrom(64, 512),
    contextPin: fc.constant('1234'),
  },
  { requiredKeys: ['op', 'session', 'key', 'mechanism', 'data', 'bytes'] },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: use },
  { weight: 1, arbitrary: fc.constant<Command>({ op: 'sessionInfo', session: 1 }) },
);

describe('requests and answers in one message', () => {
  it('arrive as they were sent, in their order', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: maxBatch }), (commands) => {
        const requests = commands.map((each, index): Request => ({ id: 7 + index, command: each }));
        const message = arrived<Request>((port) => sendRequests(port, requests));
        expect(plain(readRequests(message))).toEqual(requests);
      }),
    );
  });

  it('answers arrive as they were sent, bytes in memory of their own', () => {
    const answer = fc.oneof(
      bytes(80).map((value) => ({ value })),
      fc.constantFrom({ value: undefined }, { value: 'done' as const }, { value: 3 }),
      fc.constant({ failure: { code: 0x30, name: 'CKR_DEVICE_ERROR', method: 'C_Sign' } }),
    );
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: maxBatch }), (outcomes) => {
        const answers = outcomes.map((outcome, id): Answer => ({ id, ...outcome }));
        const read = readAnswers(arrived<Answer>((port) => sendAnswers(port, answers, 1)));
        expect(read).toEqual(answers);
        const values = read.flatMap((each) => ('value' in each && each.value instanceof Uint8Array ? [each.value] : []));
        for (const value of values) expect(value.buffer.byteLength).toBe(value.length);
      }),
    );
  });

  it('the bytes that are sent stay the sender’s', () => {
    const data = Uint8Array.of(1, 2, 3);
    const key = Uint8Array.of(9);
    const requests = Array.from({ length: maxBatch }, (_, id): Request => {
      return { id, command: { op: 'sign', session: 1, key, mechanism: { type: 0x1041 }, data, bytes: 64 } };
    });
    const message = arrived<Request>((port) => sendRequests(port, requests));
    data.fill(0);
    expect([data.length, key.length]).toEqual([3, 1]);
    for (const { command } of plain(readRequests(message))) expect(command).toMatchObject({ data: Uint8Array.of(1, 2, 3) });
  });

  it('a message of plaintexts is overwritten when they were read', () => {
    const answers = [1, 2, 3, 4].map((id): Answer => ({ id, value: Uint8Array.of(id, id) }));
    const message = arrived<Answer>((port) => sendAnswers(port, answers, 1));
    expect(readAnswers(message)).toEqual(answers);
    expect(message.packed?.bytes.some((byte) => byte !== 0)).toBe(false);
  });

  it.each([1, 4])('of the memory that a signature shares with others nothing else is sent: %i answers', (count) => {
    const shared = new Uint8Array(4096);
    const answers = Array.from({ length: count }, (_, id): Answer => ({ id, value: shared.subarray(id, id + 1) }));
    const { items = [], packed } = arrived<Answer>((port) => sendAnswers(port, answers, 1));
    const sent = items.map((each) => ('value' in each && each.value instanceof Uint8Array ? each.value : shared));
    for (const { buffer } of packed ? [packed.bytes] : sent) expect(buffer.byteLength).toBeLessThan(64);
  });
});
