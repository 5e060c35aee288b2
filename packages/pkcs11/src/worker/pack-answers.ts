import { concatBytes } from '@securosys/core';
import type { Answer } from './wire.js';

/** Answers in their order: those that are bytes lie behind each other in one buffer that is handed over, for the sake of speed. */
export interface PackedAnswers {
  readonly ids: readonly number[];
  /** Of each answer that is bytes; for every other one -1. */
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly others: readonly Answer[];
}

export function packAnswers(answers: readonly Answer[]): PackedAnswers {
  const ids: number[] = [];
  const lengths: number[] = [];
  const values: Uint8Array[] = [];
  const others: Answer[] = [];
  for (const answer of answers) {
    ids.push(answer.id);
    if ('value' in answer && answer.value instanceof Uint8Array) {
      lengths.push(answer.value.length);
      values.push(answer.value);
    } else {
      lengths.push(-1);
      others.push(answer);
    }
  }
  return { ids, lengths, bytes: concatBytes(...values), others };
}

/** Copies each value out and overwrites the message: some are plaintexts and secrets. */
export function unpackAnswers({ ids, lengths, bytes, others }: PackedAnswers): Answer[] {
  const answers: Answer[] = [];
  const rest = others.values();
  let at = 0;
  for (const [index, id] of ids.entries()) {
    const length = lengths[index] ?? -1;
    if (length < 0) {
      const { value } = rest.next();
      if (value) answers.push(value);
      continue;
    }
    answers.push({ id, value: bytes.slice(at, at + length) });
    at += length;
  }
  bytes.fill(0);
  return answers;
}
