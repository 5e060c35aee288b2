import { failure } from '../failure.js';
import type { Collection } from '../store/collection.js';
import type { RequestRecord, TaskRecord } from './request-record.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** All requests and their tasks, in the order of creation. */
export class RequestStore {
  readonly #requests: Collection<RequestRecord>;
  /** Request id by task id. */
  readonly #tasks = new Map<string, string>();
  /** Executions under way, by request id: set before anything runs, so that nothing runs twice. */
  readonly executions = new Map<string, Promise<void>>();

  constructor(requests: Collection<RequestRecord>) {
    this.#requests = requests;
    for (const request of requests.all()) this.#index(request);
  }

  #index(request: RequestRecord): void {
    for (const task of request.tasks) this.#tasks.set(task.id, request.id);
  }

  add(request: RequestRecord): void {
    this.#requests.put(request);
    this.#index(request);
  }

  update(request: RequestRecord, changes: Partial<RequestRecord>): void {
    this.#requests.update(request, changes);
  }

  /** What an approver decided. */
  decide(request: RequestRecord, task: TaskRecord, state: TaskRecord['state']): void {
    this.update(request, { tasks: request.tasks.map((other) => (other.id === task.id ? { ...other, state } : other)) });
  }

  all(): readonly RequestRecord[] {
    return this.#requests.all();
  }

  /** @throws SignError with the TSB error 609, 651 */
  get(id: string): RequestRecord {
    if (!uuid.test(id)) throw failure(609, 'the request id is not a UUID');
    const request = this.#requests.get(id.toLowerCase());
    if (!request) throw failure(651, 'there is no request of this id');
    return request;
  }

  hasTask(id: string): boolean {
    return this.#tasks.has(id.toLowerCase());
  }

  /** @throws SignError with the TSB error 609, 652 */
  task(id: string): { readonly request: RequestRecord; readonly task: TaskRecord } {
    if (!uuid.test(id)) throw failure(609, 'the task id is not a UUID');
    const taskId = id.toLowerCase();
    const request = this.#requests.get(this.#tasks.get(taskId) ?? '');
    const task = request?.tasks.find((one) => one.id === taskId);
    if (!request || !task) throw failure(652, 'there is no task of this id');
    return { request, task };
  }
}
