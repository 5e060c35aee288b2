import type { IncomingMessage } from 'node:http';

/** What is read of a body: a whole stream of the platform's takes longer to make than most bodies take to arrive. */
function bodyOf(message: IncomingMessage) {
  const chunks: AsyncIterator<Uint8Array> = message[Symbol.asyncIterator]();
  const cancel = async (): Promise<void> => void message.destroy();
  const read = async () => {
    const { done = false, value } = await chunks.next();
    // Chunks are views of memory that Node shares among them.
    return done ? { done, value: undefined } : { done, value: new Uint8Array(value) };
  };
  return { cancel, getReader: () => ({ read, cancel }) };
}

/** The parts of a `Response` that `exchange`, `readBody` and `discard` read: making a whole one loads the platform's fetch. */
export function responseOf(message: IncomingMessage): Response {
  const headers: Pick<Headers, 'get'> = {
    get: (name) => {
      const value = message.headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    },
  };
  const response = { status: message.statusCode ?? 0, type: 'basic', headers, body: bodyOf(message) };
  return response as unknown as Response;
}
