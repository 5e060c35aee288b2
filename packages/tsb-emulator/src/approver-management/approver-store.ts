import { randomInt } from 'node:crypto';
import { base64Text } from '@securosys/core';
import { readApproverCertificate } from '../approvals/approver.js';
import { failure } from '../failure.js';
import { errorOfUnknownApprover, oneTimeCodeDigits } from '../inferred.js';
import type { PolicyApprover } from '../policy/model.js';
import type { Collection } from '../store/collection.js';
import type { ApproverRecord } from './approver-record.js';

/** The approvers of a partition, by name. */
export class ApproverStore {
  readonly #approvers: Collection<ApproverRecord>;

  constructor(approvers: Collection<ApproverRecord>) {
    this.#approvers = approvers;
  }

  all(): readonly ApproverRecord[] {
    return this.#approvers.all();
  }

  find(name: string): ApproverRecord | undefined {
    return this.#approvers.get(name);
  }

  /** @throws SignError with the TSB error 413 */
  get(name: string): ApproverRecord {
    const approver = this.#approvers.get(name);
    if (!approver) throw failure(errorOfUnknownApprover, 'there is no approver of that name');
    return approver;
  }

  /** @throws SignError with the TSB error 632 */
  refuseTaken(name: string): void {
    if (this.#approvers.has(name)) throw failure(632, 'an approver of this name exists already');
  }

  /** @throws SignError with the TSB error 632 */
  add(approver: ApproverRecord): void {
    this.refuseTaken(approver.name);
    this.#approvers.put(approver);
  }

  update(approver: ApproverRecord, changes: Partial<ApproverRecord>): void {
    this.#approvers.update(approver, changes);
  }

  delete(approver: ApproverRecord): void {
    this.#approvers.delete(approver);
  }

  /** A fresh code, in the place of an earlier one. */
  renewCode(approver: ApproverRecord): string {
    const oneTimeCode = newOneTimeCode();
    this.update(approver, { oneTimeCode });
    return oneTimeCode;
  }

  /**
   * The approver as a policy names him: by the certificate of the moment (`tsb-rest-api.md` §4.1).
   * @throws SignError with the TSB error 413, and 414 before he is onboarded
   */
  resolve(name: string): PolicyApprover {
    const approver = this.get(name);
    if (!approver.onboarded) throw failure(414, 'the approver is not onboarded yet');
    const { value, spki } = readApproverCertificate(base64Text(approver.certificate));
    return { type: 'certificate', name, value, spki };
  }
}

/** Digits, as many as were recorded. */
export function newOneTimeCode(): string {
  return String(randomInt(10 ** oneTimeCodeDigits)).padStart(oneTimeCodeDigits, '0');
}
