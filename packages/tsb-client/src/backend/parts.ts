import type { CallOptions } from '@securosys/core';
import type { TsbClient } from '../client/client.js';
import type { RequestLookup } from '../operations/request-lookup.js';
import type { Watcher } from '../watch/watcher.js';
import type { ApproverNames } from './approver-names.js';
import type { KnownKeys } from './known-keys.js';
import type { RequestStyle } from './request-style.js';

/** What a backend and the operations of its own have in common. */
export interface BackendParts {
  readonly id: string;
  readonly client: TsbClient;
  readonly keys: KnownKeys;
  readonly style: RequestStyle;
  readonly watcher: Watcher;
  readonly names: ApproverNames;
  readonly lookup: RequestLookup | undefined;
  /** Password of a key, for an act that people see (S12) or that nobody sees. @throws SignError `ERR_INVALID_ARGUMENT` */
  password(label: string, seen: boolean): Promise<string | undefined>;
  cancel(id: string, options: CallOptions): Promise<void>;
}
