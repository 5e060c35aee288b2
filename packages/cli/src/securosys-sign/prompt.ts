import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { SignError, sanitizeText } from '@securosys/core';

type Screen = Pick<NodeJS.WriteStream, 'write'>;

async function answer(question: string, stdin: NodeJS.ReadStream, stderr: Screen, shown: boolean): Promise<string> {
  stderr.write(`${sanitizeText(question, 400)}: `);
  // The terminal does not echo while somebody reads it as a terminal: what is shown is what goes to `output`.
  const output = new Writable({
    write: (chunk, _, done) => {
      if (shown) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output, terminal: true });
  const ended = new AbortController();
  lines.on('SIGINT', () => ended.abort());
  lines.on('close', () => ended.abort());
  try {
    return await lines.question('', { signal: ended.signal });
  } catch (cause) {
    throw new SignError('ERR_INVALID_ARGUMENT', 'the question was not answered', { cause });
  } finally {
    lines.close();
    if (!shown) stderr.write('\n');
  }
}

/** Asks whoever sits at the terminal. @throws SignError `ERR_INVALID_ARGUMENT` when there is no answer */
export const ask = (question: string, stdin: NodeJS.ReadStream, stderr: Screen): Promise<string> =>
  answer(question, stdin, stderr, true);

/** The same, without showing what is typed. */
export const askSecret = (question: string, stdin: NodeJS.ReadStream, stderr: Screen): Promise<string> =>
  answer(question, stdin, stderr, false);
