import { type Endpoint, type EndpointName, endpoints } from '@securosys/tsb-client/api';

/** One path of the emulator's port. */
export interface Route {
  readonly name: EndpointName;
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
}

const contract = (Object.entries(endpoints) as [EndpointName, Endpoint][]).map(
  ([name, endpoint]): Route => ({ name, endpoint, method: endpoint.method, path: endpoint.path }),
);

/** Every call that the port answers: the endpoints of the wire contract and one spelling that servers also take (§5.5). */
export const routes: readonly Route[] = [
  ...contract,
  { name: 'rejectTask', endpoint: endpoints.rejectTask as Endpoint, method: 'DELETE', path: '/v1/task' },
];

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

function matchPath(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] as string;
    if (!part.startsWith('{')) {
      if (part !== value) return undefined;
      continue;
    }
    try {
      params[part.slice(1, -1)] = decodeURIComponent(value);
    } catch {
      return undefined; // not percent-encoded UTF-8, so no name that we know
    }
  }
  return params;
}

const literalFirst = [...routes]
  .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')))
  .map((route) => ({ route, parts: route.path.split('/') }));

/** The route of a call; literal paths win over ones with parameters. */
export function findRoute(method: string, path: string): Match | undefined {
  const given = path.split('/');
  for (const { route, parts } of literalFirst) {
    const params = route.method === method ? matchPath(parts, given) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}
