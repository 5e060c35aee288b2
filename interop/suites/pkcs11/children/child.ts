import type { SignatureAlgorithm } from '@securosys/core';
import { type OpenPkcs11Options, openPkcs11, type Pkcs11Backend } from '@securosys/pkcs11';
import { judgeOf } from '../judge.js';

/** What a program of this folder is told, by its environment. */
export interface Task {
  readonly options: OpenPkcs11Options;
  /** A key of the token: CKA_ID in hex, SubjectPublicKeyInfo in base64. */
  readonly key: { readonly id: string; readonly spki: string; readonly algorithm: SignatureAlgorithm };
  /** What the program should do. */
  readonly mode: string;
}

export const task = JSON.parse(process.env.INTEROP_TASK ?? '{}') as Task;
export const key = { id: new Uint8Array(Buffer.from(task.key.id, 'hex')) };
export const { algorithm } = task.key;

export const open = (options: Partial<OpenPkcs11Options> = {}): Promise<Pkcs11Backend> =>
  openPkcs11({ ...task.options, ...options });

const judge = judgeOf(Buffer.from(task.key.spki, 'base64'), algorithm);
let count = 0;

/** A signature of another message each time. @throws Error 'wrong signature', and whatever the backend throws */
export async function sign(backend: Pkcs11Backend): Promise<void> {
  const message = Buffer.alloc(40, 7);
  message.writeUInt32BE(count++);
  const result = await backend.begin({ kind: 'sign', key, algorithm, input: { message } });
  if (!('done' in result) || !judge(message, result.done)) throw new Error('wrong signature');
}

/** Collects garbage all the time, and makes some: memory that is used after it was freed shows. */
export function pressGarbage(everyMs = 5): () => void {
  const timer = setInterval(() => {
    for (let at = 0; at < 50; at++) Buffer.from(`${at}`.repeat(200));
    globalThis.gc?.();
  }, everyMs);
  return () => clearInterval(timer);
}

/** The one line that the suite reads. */
export const answer = (value: unknown): void => console.log(`answer ${JSON.stringify(value)}`);
