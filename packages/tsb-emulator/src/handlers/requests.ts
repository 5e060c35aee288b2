import { resultForgottenWhenDeleted } from '../inferred.js';
import { cancel, settle } from '../requests/lifecycle.js';
import { statusView } from '../requests/status-view.js';
import type { Handlers } from './call.js';

export const requestHandlers: Pick<Handlers, 'request' | 'cancelRequest' | 'filteredRequests'> = {
  /** Looks only: the one thing that may change is that time has run out (§10.5). */
  request({ partition, params }) {
    const request = partition.requests.get(params.id ?? '');
    settle(partition, request);
    return statusView(request);
  },

  cancelRequest({ partition, params }) {
    const request = partition.requests.get(params.id ?? '');
    const ended = !cancel(partition, request);
    if (ended && resultForgottenWhenDeleted.has(request.kind)) partition.requests.update(request, { result: null });
    return undefined;
  },

  filteredRequests({ partition, body }) {
    const all = partition.requests.all();
    for (const request of all) settle(partition, request);
    const asked = all.filter((request) => body.requestStatusList.includes(request.status));
    return { requests: asked.map(({ id, status }) => ({ id, status })) };
  },
};
