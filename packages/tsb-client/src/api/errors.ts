import type { SignErrorCode } from '@securosys/core';
import { dto } from './dto.js';
import { type Infer, object, optional } from './shape.js';
import { count, text } from './values.js';

const errorShape = object({ errorCode: optional(count), reason: optional(text), message: optional(text) });

/** Body of a failed call (`tsb-rest-api.md` §2.1). An undefined failure may carry only `message`. */
export interface TsbErrorBody extends Infer<typeof errorShape> {}
/** {@link TsbErrorBody} on the wire. */
export const errorBodyDto = dto<TsbErrorBody>('error body', errorShape);

type Row = readonly [code: number, reason: string, status: number, meaning: SignErrorCode];

const rows: readonly Row[] = [
  [1, 'res.error.technical', 500, 'ERR_UNAVAILABLE'],
  [2, 'res.error.connectivity', 500, 'ERR_UNAVAILABLE'],
  [100, 'res.error.impl', 500, 'ERR_PROTOCOL'],
  [101, 'res.error.not.implemented', 501, 'ERR_CAPABILITY_MISSING'],
  [102, 'res.error.operation.unreachable', 500, 'ERR_PROTOCOL'],
  [103, 'res.error.general', 500, 'ERR_UNAVAILABLE'],
  [200, 'res.error.init', 500, 'ERR_UNAVAILABLE'],
  [300, 'res.error.config.not.existent', 500, 'ERR_UNAVAILABLE'],
  [301, 'res.error.config.not.valid', 500, 'ERR_UNAVAILABLE'],
  [302, 'res.error.invalid.config.input', 500, 'ERR_UNAVAILABLE'],
  [400, 'res.error.security.not.allowed', 403, 'ERR_FORBIDDEN'],
  [401, 'res.error.missing.approval', 403, 'ERR_FORBIDDEN'],
  [402, 'res.error.invalid.certificate', 400, 'ERR_INVALID_ARGUMENT'],
  [403, 'res.error.input.invalid.signature', 403, 'ERR_AUTHENTICATION'],
  [404, 'res.error.input.timestamp.off', 403, 'ERR_AUTHENTICATION'],
  [405, 'res.error.timestamp.signer.not.allowed', 403, 'ERR_FORBIDDEN'],
  [406, 'res.error.missing.access.token', 401, 'ERR_AUTHENTICATION'],
  [407, 'res.error.parsing.key', 400, 'ERR_INVALID_ARGUMENT'],
  [408, 'res.error.reading.pem', 400, 'ERR_INVALID_ARGUMENT'],
  [409, 'res.error.parsing.certificate', 400, 'ERR_INVALID_ARGUMENT'],
  [410, 'res.error.decrypt.failed', 400, 'ERR_INVALID_ARGUMENT'],
  [411, 'res.error.invalid.certificate.request', 400, 'ERR_INVALID_ARGUMENT'],
  [412, 'res.error.invalid.onetimepassword', 403, 'ERR_AUTHENTICATION'],
  [413, 'res.error.approver.not.existent', 404, 'ERR_NOT_FOUND'],
  [414, 'res.error.approver.not.onboarded', 400, 'ERR_INVALID_ARGUMENT'],
  [415, 'res.error.request.signer.not.allowed', 403, 'ERR_FORBIDDEN'],
  [416, 'res.error.missing.api.key', 401, 'ERR_AUTHENTICATION'],
  [450, 'res.error.client.subscription', 403, 'ERR_FORBIDDEN'],
  [451, 'res.error.client.endpoint.not.licensed', 403, 'ERR_CAPABILITY_MISSING'],
  [500, 'res.error.data.invalid.constellation', 500, 'ERR_UNAVAILABLE'],
  [501, 'res.error.invalid.value.for.enum', 400, 'ERR_INVALID_ARGUMENT'],
  [600, 'res.error.input.validation.failed', 400, 'ERR_INVALID_ARGUMENT'],
  [601, 'res.error.unsupported.approver.key.type', 400, 'ERR_INVALID_ARGUMENT'],
  [602, 'res.error.unsupported.combination.of.approval.types', 400, 'ERR_INVALID_ARGUMENT'],
  [603, 'res.error.input.keysize', 400, 'ERR_INVALID_ARGUMENT'],
  [604, 'res.error.input.no.name.for.certificate.approver', 400, 'ERR_INVALID_ARGUMENT'],
  [605, 'res.error.unsupported.cryptocurrency', 400, 'ERR_INVALID_ARGUMENT'],
  [606, 'res.error.key.attributes.invalid', 400, 'ERR_INVALID_ARGUMENT'],
  [607, 'res.error.algorithm.not.supported.by.key', 400, 'ERR_ALGORITHM_UNSUPPORTED'],
  [608, 'res.error.key.already.existing', 409, 'ERR_KEY_EXISTS'],
  [609, 'res.error.invalid.uuid', 400, 'ERR_INVALID_ARGUMENT'],
  [610, 'res.error.invalid.key.name', 400, 'ERR_INVALID_ARGUMENT'],
  [611, 'res.error.unsupported.operation', 400, 'ERR_CAPABILITY_MISSING'],
  [612, 'res.error.invalid.payload', 400, 'ERR_INVALID_ARGUMENT'],
  [613, 'res.error.invalid.key.type', 400, 'ERR_ALGORITHM_UNSUPPORTED'],
  [614, 'res.error.operation.forbidden.for.key', 403, 'ERR_KEY_NOT_USABLE'],
  [615, 'res.error.data.object.already.existing', 409, 'ERR_CONFLICT'],
  [616, 'res.error.data.object.invalid.value', 400, 'ERR_INVALID_ARGUMENT'],
  [617, 'res.error.invalid.access.token', 401, 'ERR_AUTHENTICATION'],
  [618, 'res.error.insufficient.login.information', 401, 'ERR_AUTHENTICATION'],
  [619, 'res.error.invalid.number.range', 400, 'ERR_INVALID_ARGUMENT'],
  [620, 'res.error.key.password.mismatch', 403, 'ERR_AUTHENTICATION'],
  [621, 'res.error.invalid.json', 400, 'ERR_INVALID_ARGUMENT'],
  [623, 'res.error.invalid.file.header', 400, 'ERR_INVALID_ARGUMENT'],
  [624, 'res.error.key.invalid.tagLength', 400, 'ERR_INVALID_ARGUMENT'],
  [625, 'res.error.key.invalid.encoding', 400, 'ERR_INVALID_ARGUMENT'],
  [626, 'res.error.certificate.invalid.encoding', 400, 'ERR_INVALID_ARGUMENT'],
  [627, 'res.error.invalid.key.id', 400, 'ERR_INVALID_ARGUMENT'],
  [628, 'res.error.csr.invalid.format', 400, 'ERR_INVALID_ARGUMENT'],
  [629, 'res.error.unsupported.cipher', 400, 'ERR_ALGORITHM_UNSUPPORTED'],
  [630, 'res.error.invalid.address.on.non.ska.key', 400, 'ERR_INVALID_ARGUMENT'],
  [631, 'res.error.invalid.api.key', 401, 'ERR_AUTHENTICATION'],
  [632, 'res.error.approver.already.existing', 409, 'ERR_CONFLICT'],
  [633, 'res.error.input.no.value.for.approver.mgmt', 400, 'ERR_INVALID_ARGUMENT'],
  [634, 'res.error.derivation.not.supported.by.algorithm', 400, 'ERR_ALGORITHM_UNSUPPORTED'],
  [635, 'res.error.encoding.exception', 400, 'ERR_INVALID_ARGUMENT'],
  [650, 'res.error.key.not.existent', 404, 'ERR_KEY_NOT_FOUND'],
  [651, 'res.error.request.not.existent', 404, 'ERR_REQUEST_NOT_FOUND'],
  [652, 'res.error.task.not.existent', 404, 'ERR_REQUEST_NOT_FOUND'],
  [653, 'res.error.data.object.not.existent', 404, 'ERR_NOT_FOUND'],
  [654, 'res.error.approver.not.existent', 404, 'ERR_NOT_FOUND'],
  [700, 'res.error.in.subystem', 500, 'ERR_UNAVAILABLE'],
  [701, 'res.error.in.hsm', 500, 'ERR_REQUEST_FAILED'],
  [702, 'res.error.creation.integrity.key', 500, 'ERR_UNAVAILABLE'],
  [703, 'res.error.io', 500, 'ERR_UNAVAILABLE'],
  [704, 'res.error.file.not.found', 500, 'ERR_NOT_FOUND'],
];

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
  rows.map(([code, reason, status, meaning]) => [code, { code, reason, status, meaning }]),
);

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
  const known = errorCode === undefined ? undefined : tsbErrors.get(errorCode);
  return known?.meaning ?? byStatus[status] ?? (status >= 500 ? 'ERR_UNAVAILABLE' : 'ERR_PROTOCOL');
}
