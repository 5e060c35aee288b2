import { Channel, channel } from 'node:diagnostics_channel';
import type { Recorder, Undo } from './process-taps.js';
import { shownForms } from './shown.js';

/**
 * Channels on which the HTTP stack itself publishes its requests, `Authorization` header and all, to whoever subscribes in this process. No
 * library can keep a header from them; SECURITY names them, and they are the one exception of this harness.
 */
export const transportChannels = /^(?:undici:|http\.(?:client|server)\.)/;

/** Everything published on any diagnostics channel but {@link transportChannels}, also on channels that nobody subscribed to. */
export function tapChannels(record: Recorder): Undo {
  const active = channel('@securosys/testing:active');
  const listener = () => undefined;
  active.subscribe(listener);
  const quiet = Channel.prototype;
  const prototypes = [...new Set<object>([quiet, Object.getPrototypeOf(active)])];
  const undo = prototypes.flatMap((prototype) => [
    override(prototype, 'hasSubscribers', { configurable: true, get: () => true }),
    override(prototype, 'publish', { configurable: true, writable: true, value: publishing(prototype, record) }),
  ]);
  return () => {
    for (const one of undo) one();
    active.unsubscribe(listener);
  };
}

function publishing(prototype: object, record: Recorder) {
  const original: unknown = Reflect.get(prototype, 'publish');
  return function (this: Channel, message: unknown) {
    const name = String(this.name);
    if (!transportChannels.test(name)) record(`diagnostics channel ${name}`, shownForms(message));
    return Reflect.apply(original as (message: unknown) => void, this, [message]);
  };
}

function override(target: object, name: string, descriptor: PropertyDescriptor): Undo {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, descriptor);
  return () => {
    if (own) Object.defineProperty(target, name, own);
    else Reflect.deleteProperty(target, name);
  };
}
