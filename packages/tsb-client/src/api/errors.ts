import type { SignErrorCode } from '@securosys/core';
import { dto } from './dto.js';
import { errorRows } from './error-rows.js';
import { type Infer, object, optional } from './shape.js';
import { count, text } from './values.js';

const errorShape = object({ errorCode: optional(count), reason: optional(text), message: optional(text) });

/** Body of a failed call (`tsb-rest-api.md` §2.1). An undefined failure may carry only `message`. */
export interface TsbErrorBody extends Infer<typeof errorShape> {}
/** {@link TsbErrorBody} on the wire. */
export const errorBodyDto = dto<TsbErrorBody>('error body', errorShape);

const byStatus: Readonly<Record<number, SignErrorCode>> = {
  400: 'ERR_INVALID_ARGUMENT',
  401: 'ERR_AUTHENTICATION',
  403: 'ERR_FORBIDDEN',
  404: 'ERR_NOT_FOUND',
  408: 'ERR_TIMEOUT',
  409: 'ERR_CONFLICT',
  429: 'ERR_RATE_LIMITED',
  501: 'ERR_CAPABILITY_MISSING',
};

/** Our code for a failed call: by `errorCode`, else by HTTP status. */
export function meaningOf(status: number, errorCode: number | undefined): SignErrorCode {
  const [, , , meaning] = errorRows().find(([code]) => code === errorCode) ?? [];
  return meaning ?? byStatus[status] ?? (status >= 500 ? 'ERR_UNAVAILABLE' : 'ERR_PROTOCOL');
}
