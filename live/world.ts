import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { base64Text, type JsonValue, SignError, utf8Bytes } from '@securosys/core';
import { type ApproverKey, approverKeyFromPrivateKey } from '@securosys/tsb-client';
import type { ApprovalTask, ApproverLogin, Endpoint, EndpointName, Policy, TsbAttributes } from '@securosys/tsb-client/api';
import { endpoints, tsbCurveOids } from '@securosys/tsb-client/api';
import type { Connection } from './connection.js';
import type { FactName } from './facts.js';
import type { Report } from './report.js';
import { Statuses } from './statuses.js';

type BodyOf<N extends EndpointName> = (typeof endpoints)[N] extends Endpoint<infer Body, infer _Answer> ? Body : never;
type AnswerOf<N extends EndpointName> = (typeof endpoints)[N] extends Endpoint<infer _Body, infer Answer> ? Answer : never;

/** A call that may be refused: the answer, or how it was refused. */
export type Tried<A> = { readonly answer: A; readonly error?: never } | { readonly answer?: never; readonly error: SignError };

/** Says a refusal in one line. */
export function said(error: SignError | undefined): string {
  if (!error) return 'answered';
  const { status, upstreamCode } = error.details;
  return `HTTP ${status ?? '?'}, error ${upstreamCode ?? '?'}`;
}

/** Passes anything, so that what the strict side of the contract refuses can be asked of a server. */
const anything = {
  name: 'anything',
  sent: { parse: (v: unknown) => v as JsonValue },
  received: { parse: (v: unknown) => v as JsonValue },
};

/** An approver of this run: a software key. */
export interface LiveApprover {
  readonly key: ApproverKey;
  /** Base64 SPKI, as a policy has it. */
  readonly value: string;
}

const attributes: TsbAttributes = { decrypt: false, sign: true, unwrap: false, destroyable: true };

/** What probes work with: one partition, throw-away keys, and a place for verdicts. */
export class World {
  readonly statuses = new Statuses();
  readonly #run = `live-${randomBytes(4).toString('hex')}`;
  readonly #labels: string[] = [];
  #count = 0;

  constructor(
    readonly connection: Connection,
    readonly report: Report,
  ) {}

  settle(name: FactName, holds: boolean, evidence: string): void {
    this.report.settle(name, holds, evidence);
  }

  /** A label that nobody has, to be deleted at the end. */
  label(what = 'key'): string {
    const label = `${this.#run}-${what}-${this.#count++}`;
    this.#labels.push(label);
    return label;
  }

  async call<N extends EndpointName>(name: N, body?: BodyOf<N>, path: Record<string, string> = {}): Promise<AnswerOf<N>> {
    const endpoint = endpoints[name] as unknown as Endpoint<BodyOf<N>, AnswerOf<N>>;
    try {
      const answer = await this.connection.client.call(endpoint, body, { path });
      this.report.answered(name);
      return answer;
    } catch (error) {
      if (SignError.is(error)) this.report.refused(name, error);
      throw error;
    }
  }

  async tried<N extends EndpointName>(name: N, body?: BodyOf<N>, path: Record<string, string> = {}): Promise<Tried<AnswerOf<N>>> {
    return this.#tried(() => this.call(name, body, path));
  }

  /** Any body, past the strict side of the contract. */
  async triedRaw(name: EndpointName, body: unknown, path: Record<string, string> = {}): Promise<Tried<unknown>> {
    const endpoint = { ...(endpoints[name] as Endpoint), request: anything, response: anything };
    return this.#tried(() => this.connection.client.call(endpoint, body, { path }));
  }

  /** A multipart call. */
  async triedFile(name: 'fileEncrypt' | 'fileDecrypt', body: unknown, file: Uint8Array): Promise<Tried<Uint8Array>> {
    const endpoint = endpoints[name] as Endpoint<unknown, Uint8Array>;
    const tried = await this.#tried(() => this.connection.client.call(endpoint, body, { file }));
    if (tried.error) this.report.refused(name, tried.error);
    else this.report.answered(name);
    return tried;
  }

  async #tried<A>(work: () => Promise<A>): Promise<Tried<A>> {
    try {
      return { answer: await work() };
    } catch (error) {
      if (SignError.is(error)) return { error };
      throw error;
    }
  }

  /** A new key of P-256 unless said otherwise. */
  async key(
    options: { policy?: Policy; algorithm?: Record<string, unknown>; attributes?: Partial<TsbAttributes> } = {},
  ): Promise<string> {
    const label = this.label();
    await this.call('createKey', {
      label,
      ...(options.algorithm ?? { algorithm: 'EC', curveOid: tsbCurveOids.secp256r1 }),
      attributes: { ...attributes, ...options.attributes },
      ...(options.policy && { policy: options.policy }),
    });
    return label;
  }

  approver(): LiveApprover {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = approverKeyFromPrivateKey(privateKey as KeyObject);
    return { key, value: base64Text(key.spki) };
  }

  /** A login of this moment, or of another. */
  async login({ key, value }: LiveApprover, at: number = Date.now()): Promise<ApproverLogin> {
    const timestamp = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      timestamp,
      timestampSignature: base64Text(await key.sign(utf8Bytes(timestamp))),
      timestampDigestAlgorithm: key.digestAlgorithm,
      approverPublicKey: value,
    };
  }

  /** The approver's tasks for one request, with everything. */
  async tasks(approver: LiveApprover, requestId: string): Promise<readonly ApprovalTask[]> {
    const { tasks } = await this.call('allTasks', { ...(await this.login(approver)), requestId, detailLevel: 'level5' });
    return tasks;
  }

  async approve(approver: LiveApprover, task: ApprovalTask): Promise<void> {
    const bytes = new Uint8Array(Buffer.from(task.approvalToBeSigned, 'base64'));
    await this.call('approval', {
      id: task.id,
      approvalToBeSigned: task.approvalToBeSigned,
      signature: base64Text(await approver.key.sign(bytes)),
      approvalDigestAlgorithm: approver.key.digestAlgorithm,
      approverPublicKey: approver.value,
    });
  }

  /** The API description that the server serves. */
  async description(): Promise<JsonValue> {
    const endpoint: Endpoint<unknown, JsonValue> = {
      method: 'GET',
      path: '/v3/api-docs',
      role: 'service',
      status: 200,
      effect: 'read',
      bearer: true,
      request: undefined,
      response: anything,
    };
    return this.connection.client.call(endpoint);
  }

  /** Deletes every key of this run; what cannot be deleted is named. */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    for (const label of this.#labels) {
      const { error } = await this.tried('deleteKey', { label });
      if (error && error.code !== 'ERR_KEY_NOT_FOUND') left.push(label);
    }
    this.statuses.close();
    return left;
  }
}
