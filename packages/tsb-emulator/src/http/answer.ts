import { ownBytes } from '@securosys/core';

/** An answer before it is a web-standard response, which the port of `node:http` does not need. */
export interface PlainAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array | null;
}

/** A response where a fault made one, everything else plain. */
export type Answer = PlainAnswer | Response;

export const jsonAnswer = (status: number, body: unknown): PlainAnswer => ({
  status,
  type: 'application/json',
  body: body === undefined ? null : JSON.stringify(body),
});

export const fileAnswer = (status: number, bytes: Uint8Array): PlainAnswer => ({
  status,
  type: 'application/octet-stream',
  body: bytes,
});

/** Nothing that an emulator says is worth keeping, and some of it is secret. */
export const headersOf = ({ type }: PlainAnswer) => ({ 'content-type': type, 'cache-control': 'no-store' });

export function toResponse(answer: Answer): Response {
  if (answer instanceof Response) return answer;
  const { status, body } = answer;
  return new Response(body instanceof Uint8Array ? ownBytes(body) : body, { status, headers: headersOf(answer) });
}
