import { SignError } from '@securosys/core';
import type { CompletedItem, RequestItem } from './request-types.js';
import type { WorkItem } from './work-item.js';

/** An item whose record is gone: another call has published or cancelled it, and nobody can tell which. */
export function missingItem(id: string): WorkItem {
  const reason = `item ${id} was ended by another call`;
  const gone = async (): Promise<never> => {
    throw new SignError('ERR_REQUEST_NOT_FOUND', reason, { details: { requestId: id } });
  };
  const nothing = async (): Promise<void> => undefined;
  const view: RequestItem = {
    id,
    kind: 'image',
    format: 'unknown',
    reference: 'unknown',
    facts: [],
    claims: {},
    parts: [],
    status: 'unknown',
    code: 'ERR_REQUEST_NOT_FOUND',
    reason,
  };
  const done: CompletedItem | undefined = undefined;
  return {
    id,
    nonce: '',
    done,
    ended: undefined,
    repositories: [],
    payloads: [],
    waited: false,
    view: () => view,
    note: () => undefined,
    bind: () => undefined,
    suspect: () => undefined,
    judge: nothing,
    file: gone,
    submit: gone,
    look: nothing,
    wait: gone,
    make: gone,
    give: gone,
    recover: nothing,
    end: nothing,
    forget: nothing,
    withdraw: nothing,
    renew: gone,
    toJSON: () => ({}),
  };
}
