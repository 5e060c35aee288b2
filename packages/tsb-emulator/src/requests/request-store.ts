import { failure } from '../failure.js';
import type { RequestRecord, TaskRecord } from './request-record.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Most requests that are remembered; it is a process in memory, reachable over HTTP. */
const maxRequests = 100_000;

/** All requests and their tasks, in the order of creation. */
export class RequestStore {
  readonly #requests = new Map<string, RequestRecord>();
  readonly #tasks = new Map<string, { request: RequestRecord; task: TaskRecord }>();

  add(request: RequestRecord): void {
    if (this.#requests.size >= maxRequests) throw failure(701, `the emulator remembers at most ${maxRequests} requests`);
    this.#requests.set(request.id, request);
    for (const task of request.tasks) this.#tasks.set(task.id, { request, task });
  }

  all(): readonly RequestRecord[] {
    return [...this.#requests.values()];
  }

  /** @throws SignError with the TSB error 609, 651 */
  get(id: string): RequestRecord {
    if (!uuid.test(id)) throw failure(609, 'the request id is not a UUID');
    const request = this.#requests.get(id.toLowerCase());
    if (!request) throw failure(651, 'there is no request of this id');
    return request;
  }

  /** @throws SignError with the TSB error 609, 652 */
  task(id: string): { readonly request: RequestRecord; readonly task: TaskRecord } {
    if (!uuid.test(id)) throw failure(609, 'the task id is not a UUID');
    const found = this.#tasks.get(id.toLowerCase());
    if (!found) throw failure(652, 'there is no task of this id');
    return found;
  }
}
