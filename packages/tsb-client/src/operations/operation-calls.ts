import {
  type Act,
  type ActContext,
  beginAct,
  type CallOptions,
  createMemoryStore,
  type JsonObject,
  type Operation,
  type RequestPort,
  resumeAct,
} from '@securosys/core';
import type { BackendParts } from '../backend/parts.js';
import { checkCallOptions, checkObject } from '../client/options.js';
import type { TsbResults } from './accept.js';
import { csrPlan, selfSignPlan, signCertificatePlan } from './certificates.js';
import { blockPlan, modifyPlan } from './changes.js';
import { decryptPlan } from './decrypt.js';
import { readStoredAct, type TsbActKind, tsbActKinds } from './identity.js';
import type { TsbOperations, TsbOperationsOptions } from './operations.js';
import type { Plan } from './plan.js';
import { acceptanceOf, portOf, tsbAct } from './tsb-act.js';
import { unwrapPlan } from './unwrap.js';

/** Splits the options of a call into those of every call and those of this one. */
function split<O extends CallOptions>(where: string, given: O, more: readonly Exclude<keyof O, keyof CallOptions>[] = []) {
  checkObject(`options of ${where}`, given);
  const names: readonly PropertyKey[] = more;
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  const call: CallOptions = Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
  checkCallOptions(where, call);
  return [call, own as Omit<O, keyof CallOptions>] as const;
}

/** {@link TsbOperations} over the parts of a backend, with options that were checked. */
export function operationCalls(parts: BackendParts, options: TsbOperationsOptions): TsbOperations {
  const { store = createMemoryStore(), random } = options;
  const context: ActContext = { store, clock: parts.style.clock, ...(random && { random }) };
  const ports = Object.fromEntries(tsbActKinds.map((kind) => [kind, portOf(parts, kind)])) as Record<TsbActKind, RequestPort>;

  async function begin<K extends TsbActKind>(plan: Plan<K>, call: CallOptions): Promise<Operation<TsbResults[K]>> {
    const act = await tsbAct(parts, ports[plan.identity.kind], plan, call);
    return beginAct(act, context, call);
  }

  async function resume(json: JsonObject, given: CallOptions = {}): Promise<Operation<TsbResults[TsbActKind]>> {
    const [call] = split('resume', given);
    const { identity, requestId, createdAt } = readStoredAct(json, parts.id);
    const act: Act<TsbResults[TsbActKind]> = {
      ...acceptanceOf(parts, ports[identity.kind], identity),
      recorded: true,
      begin: async () => ({ pending: requestId }),
    };
    return resumeAct(act, context, { id: requestId, ...(createdAt !== undefined && { createdAt }) }, call);
  }

  return {
    decrypt: async (request, given = {}) => {
      const [call] = split('decrypt', given);
      return begin(decryptPlan(request), call);
    },
    unwrap: async (request, given = {}) => {
      const [call, safety] = split('unwrap', given, ['allowUnprotectedModify', 'allowEndlessApprovals', 'allowSignAndDecrypt']);
      return begin(unwrapPlan(request, safety), call);
    },
    block: async (request, given = {}) => {
      const [call] = split('block', given);
      return begin(blockPlan('block', request), call);
    },
    unblock: async (request, given = {}) => {
      const [call] = split('unblock', given);
      return begin(blockPlan('unblock', request), call);
    },
    modify: async (request, given = {}) => {
      const [call, safety] = split('modify', given, ['allowUnprotectedModify', 'allowEndlessApprovals']);
      return begin(modifyPlan(request, safety), call);
    },
    requestCertificate: async (request, given = {}) => {
      const [call] = split('requestCertificate', given);
      return begin(csrPlan(request), call);
    },
    selfSign: async (request, given = {}) => {
      const [call, level] = split('selfSign', given, ['apiLevel']);
      return begin(selfSignPlan(request, level), call);
    },
    signCertificate: async (request, given = {}) => {
      const [call, level] = split('signCertificate', given, ['apiLevel']);
      return begin(signCertificatePlan(request, level), call);
    },
    resume: resume as TsbOperations['resume'],
  };
}
