import type { SignErrorCode } from '@securosys/core';
import { errorRows } from './error-rows.js';

/** One row of the error table of the API. */
export interface TsbErrorFacts {
  readonly code: number;
  /** Stable identifier. */
  readonly reason: string;
  /** HTTP status; the reference marks most as recommended, 401, 404 and 500 of 631, 650 and 701 as proven. */
  readonly status: number;
  /** What it means to callers of this SDK. */
  readonly meaning: SignErrorCode;
}

/** The error table (§2.1) by `errorCode`. */
export const tsbErrors: ReadonlyMap<number, TsbErrorFacts> = new Map(
  errorRows().map(([code, reason, status, meaning]) => [code, { code, reason, status, meaning }]),
);
