import { createMemoryStore, type JsonObject, type PendingStore, SignError } from '@securosys/core';
import { createFakeTsb, type TestTsb } from '@securosys/testing';
import { approverKeyFromPrivateKey, createRequestLookup, createTsbBackend, createTsbClient } from '@securosys/tsb-client';
import type { EndpointName } from '@securosys/tsb-client/api';
import { apiKeysAfter, apiKeysBefore, type NamedFault } from './faults.js';
import { addKey, type Kind, type Process } from './kinds.js';
import type { Material } from './material.js';

/** One cell of the matrix. */
export interface Cell {
  readonly kind: Kind;
  readonly people: boolean;
  /** The endpoint at which the fault strikes. */
  readonly place: EndpointName;
  readonly fault: NamedFault;
  /** Calls that it strikes. */
  readonly times: number;
  /** Whether the application sees what approvers see. */
  readonly lookup: boolean;
}

/** What became of it. */
export interface Course {
  /** What each run of the application ended with: `ok`, or the code of its error. */
  readonly outcomes: readonly string[];
  /** Ids of all requests that ever were at the broker for it. */
  readonly requests: number;
  /** Most that were open at a time, once the application withdrew those that it does not know. */
  readonly mostOpen: number;
  /** Requests that the broker made of a call that came twice, as `orphans` showed them. */
  readonly orphans: number;
  /** Records that the store has at the end. */
  readonly intents: readonly JsonObject[];
  /** Whether the key that it makes is there, at the end. */
  readonly made: boolean;
  /** Errors that are none of ours. */
  readonly untyped: readonly unknown[];
}

const mostRuns = 6;
/** How long a run waits for its result, by the clock of the test. */
const waitMs = 5_000;
/** Longer than an intent may be in flight. */
const betweenRunsMs = 60_000;

const isOpen = ({ status }: TestTsb['requests'][number]) => status === 'PENDING' || status === 'APPROVED';

/** An application that was started anew: nothing in memory, the same store. */
function start(tsb: TestTsb, store: PendingStore, { fault, lookup, people }: Cell): Process {
  const { clock, url, fetch } = tsb;
  const call = fault.timeoutMs === undefined ? {} : { timeoutMs: fault.timeoutMs };
  const keys = (role: keyof typeof apiKeysBefore) => [apiKeysBefore[role], apiKeysAfter[role]];
  const client = createTsbClient({
    url,
    fetch,
    clock,
    auth: { type: 'token', token: () => tsb.token },
    apiKeys: { keyManagement: keys('keyManagement'), keyOperation: keys('keyOperation') },
    random: () => 0.5,
    ...call,
  });
  const key = approverKeyFromPrivateKey(tsb.approver('CISO').privateKey);
  const seen = lookup && { requestLookup: createRequestLookup({ client, key, clock }) };
  return { backend: createTsbBackend({ client, clock, ...seen }), store, tsb, people, call };
}

async function recordsOf(store: PendingStore): Promise<JsonObject[]> {
  const records: JsonObject[] = [];
  for await (const record of store.records?.() ?? []) records.push(record);
  return records;
}

/**
 * Runs one cell: an application begins, people approve what is open, it fetches the result; when it fails, it is started again with the
 * store it left, at first while nobody has approved, later after they have.
 */
export async function run(cell: Cell, material: Material): Promise<Course> {
  await using tsb = createFakeTsb({ apiKeys: apiKeysBefore, attestationKey: material.rsa });
  await addKey(tsb, material, cell.kind, cell.people);
  const store = createMemoryStore();
  tsb.faults.add({ ...cell.fault.fault, endpoint: cell.place, times: cell.times });
  const seen = new Set<string>();
  const outcomes: string[] = [];
  const untyped: unknown[] = [];
  let mostOpen = 0;
  const look = () => {
    for (const { id } of tsb.requests) seen.add(id);
    mostOpen = Math.max(mostOpen, tsb.requests.filter(isOpen).length);
  };
  const approve = async () => {
    for (const request of tsb.requests) if (isOpen(request)) await tsb.approve(request.id, 'CISO');
  };
  let orphans = 0;
  /** What an application does that knows its broker to be behind something that repeats calls. */
  const withdrawOrphans = async ({ backend }: Process) => {
    for (const { id } of (await backend.orphans(store)).requests) {
      orphans++;
      seen.add(id);
      await backend.cancel(id);
    }
  };
  const once = async () => {
    const process = start(tsb, store, cell);
    const operation = await cell.kind.begin(process, material);
    if (cell.fault.twins) await withdrawOrphans(process);
    look();
    await approve();
    await operation.result({ timeoutMs: waitMs });
    await operation.release();
  };
  for (let runs = 0; runs < mostRuns && outcomes.at(-1) !== 'ok'; runs++) {
    if (runs >= 2) await approve();
    try {
      await once();
      outcomes.push('ok');
    } catch (error) {
      if (!SignError.is(error)) untyped.push(error);
      outcomes.push(SignError.is(error) ? error.code : 'untyped');
    }
    look();
    // A fault that lasts is mended after the second run.
    if (runs === 1) tsb.faults.clear();
    tsb.clock.advance(betweenRunsMs);
  }
  const labels = await start(tsb, store, cell).backend.client.keys.list();
  const made = cell.kind.makes !== undefined && labels.includes(cell.kind.makes);
  return { outcomes, made, requests: seen.size, mostOpen, orphans, intents: await recordsOf(store), untyped };
}
