import { type CallOptions, hexText, invalidArgument, nodeCrypto } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import { callOf } from '../sign-options.js';
import { InFlight } from './in-flight.js';
import { cameToNothing } from './item-status.js';
import { mostInFlight } from './publish-items.js';
import type { RequestContents } from './request-contents.js';
import { RequestRegister } from './request-register.js';
import type { SigningRequest } from './request-types.js';
import { RunningRequest } from './running-request.js';
import { assertAllowed } from './targets.js';
import type { WorkItem } from './work-item.js';

/** A request whose items that came to nothing are prepared anew. See {@link SigningRequest.reprepare}. */
export async function renewedRequest(
  contents: Omit<RequestContents, 'again'>,
  { oci, ...options }: CallOptions & { readonly oci: Oci },
): Promise<SigningRequest> {
  const { register, items, store, clock, targets } = contents;
  const call = callOf(options);
  const isOver = (item: WorkItem) => !item.done && cameToNothing(item.view().status);
  if (!items.some(isOver)) invalidArgument('nothing of this request has come to nothing: go on with it');
  const inFlight = new InFlight(mostInFlight);
  const renewed = await inFlight.all(items, async (item) => (isOver(item) ? item.renew(oci, call) : item));
  assertAllowed(
    targets,
    renewed.flatMap(({ repositories }) => repositories),
  );
  await register.assertUnpublished();
  const over = items.filter(isOver);
  await register.end(
    'cancelled',
    over.map(({ id }) => id),
  );
  await inFlight.all(over, (item) => item.withdraw(call));
  await register.close('cancelled');
  const { publish, expiresAt, again = 0 } = register.outline;
  const next = new RequestRegister(
    { store, clock },
    {
      publish,
      ...(expiresAt !== undefined && { expiresAt }),
      again: again + 1,
      items: renewed.map(({ id }) => id),
      nonce: hexText(nodeCrypto().randomBytes(16)),
      createdAt: Math.floor(clock.now()),
      origin: 'new',
    },
  );
  return runningRequest({ ...contents, register: next, items: renewed }, oci);
}

/** A request that can be prepared anew. */
export function runningRequest(contents: Omit<RequestContents, 'again'>, oci: Oci): SigningRequest {
  return new RunningRequest({ ...contents, again: (options) => renewedRequest(contents, { ...options, oci }) });
}
