import { packPieces, readPieces } from './pack-pieces.js';
import type { Answer } from './wire.js';

/** Answers in their order: those that are bytes lie in one buffer that is handed over, for the sake of speed. */
export interface PackedAnswers {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly others: readonly Answer[];
}

export function packAnswers(answers: readonly Answer[]): PackedAnswers {
  const ids: number[] = [];
  const values: (Uint8Array | undefined)[] = [];
  const others: Answer[] = [];
  for (const answer of answers) {
    const value = 'value' in answer && answer.value instanceof Uint8Array ? answer.value : undefined;
    ids.push(answer.id);
    values.push(value);
    if (!value) others.push(answer);
  }
  return { bytes: packPieces(ids, values), others };
}

/** Copies each value out and overwrites the message: some are plaintexts and secrets. */
export function unpackAnswers({ bytes, others }: PackedAnswers): Answer[] {
  const answers: Answer[] = [];
  let rest = 0;
  readPieces(bytes, (id, start, end) => {
    const other = start === undefined ? others[rest++] : undefined;
    if (start !== undefined) answers.push({ id, value: bytes.slice(start, end) });
    else if (other) answers.push(other);
  });
  bytes.fill(0);
  return answers;
}
