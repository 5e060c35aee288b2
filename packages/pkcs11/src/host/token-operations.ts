import { SignError } from '@securosys/core';
import type { Template } from '../token/template.js';
import type { FoundObject, ObjectHandle, TokenCalls } from '../token/token-calls.js';
import { ckaIdOf } from './cka-id.js';
import { controlCall } from './control-calls.js';
import { notFound, type References } from './references.js';
import { search } from './search.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** Objects of one search, unless the caller says otherwise. */
const maxFound = 10_000;

/** The calls of the seam that the control worker makes. */
export type ControlOperations = Omit<
  TokenCalls,
  'token' | 'epoch' | 'foundAgain' | 'sign' | 'encrypt' | 'decrypt' | 'deriveSecret' | 'mechanisms'
>;

/** Finds the object of a handle again: after a login, or in another slot of the same partition. Callers for the same one share a search. */
export function resolver(user: SlotUser, references: References): (handle: ObjectHandle, slot: SlotHost) => Promise<void> {
  const running = new WeakMap<ObjectHandle, Map<SlotHost, Promise<void>>>();
  const resolve = async (handle: ObjectHandle, slot: SlotHost) => {
    const template = references.identity(handle);
    const { objects, epoch } = await search(user, slot, { template, read: [], max: 2 });
    const [only, another] = objects;
    if (!only) throw notFound('no object has its id and label');
    if (another) throw notFound('several objects have its id and label');
    references.learn(handle, slot, epoch, only.handle);
  };
  return (handle, slot) => {
    const bySlot = running.get(handle) ?? new Map<SlotHost, Promise<void>>();
    running.set(handle, bySlot);
    const known = bySlot.get(slot);
    if (known) return known;
    const fresh = resolve(handle, slot).finally(() => bySlot.delete(slot));
    bySlot.set(slot, fresh);
    return fresh;
  };
}

/** What these calls work with. */
export interface OperationMeans {
  readonly user: SlotUser;
  /** The slot that searches and changes are made in; all slots of a token show the same objects. */
  readonly slot: SlotHost;
  readonly references: References;
  readonly readOnly: boolean;
  readonly resolve: (handle: ObjectHandle, slot: SlotHost) => Promise<void>;
}

export function controlOperations({ user, slot, references, readOnly, resolve }: OperationMeans): ControlOperations {
  const writable = !readOnly;
  /** Handles as this slot knows them now. */
  const keyBytes = async (handle: ObjectHandle): Promise<Uint8Array> => {
    let bytes = references.lookUp(handle, slot);
    if (bytes) return bytes;
    await resolve(handle, slot);
    bytes = references.lookUp(handle, slot);
    if (!bytes) throw notFound('the token was lost while it was looked for');
    return bytes;
  };
  const forget =
    (...handles: ObjectHandle[]) =>
    () => {
      for (const handle of handles) references.forget(handle, slot);
    };
  const made = ({ value, epoch }: { value: Uint8Array; epoch: number }, template: Template) =>
    references.giveMade(slot, epoch, value, template);
  const change = { slot, readWrite: writable } as const;
  return {
    async find(template, read, options = {}) {
      const { max = maxFound, ...rest } = options;
      const wanted = new Set(read);
      const all = [...new Set([...read, ...references.wanted])];
      const { objects, more, epoch } = await search(user, slot, { template, read: all, max }, rest);
      if (more) throw new SignError('ERR_LIMIT', `more than ${max} objects match`, { details: { max } });
      return objects.map(
        ({ handle, attributes }): FoundObject => ({
          handle: references.give(slot, epoch, handle, attributes),
          attributes: new Map([...attributes].filter(([type]) => wanted.has(type))),
        }),
      );
    },
    async generateKeyPair(mechanism, publicTemplate, privateTemplate, options) {
      const { value, epoch } = await controlCall(
        user,
        {
          ...change,
          operation: 'generateKeyPair',
          changes: { ckaId: ckaIdOf(privateTemplate) },
          command: (session) => ({ op: 'generateKeyPair', session, mechanism, publicTemplate, privateTemplate }) as const,
        },
        options,
      );
      return {
        publicKey: made({ value: value.publicKey, epoch }, publicTemplate),
        privateKey: made({ value: value.privateKey, epoch }, privateTemplate),
      };
    },
    async generateKey(mechanism, template, options) {
      const command = (session: number) => ({ op: 'generateKey', session, mechanism, template }) as const;
      const changes = { ckaId: ckaIdOf(template) };
      return made(await controlCall(user, { ...change, operation: 'generateKey', changes, command }, options), template);
    },
    async createObject(template, options) {
      const command = (session: number) => ({ op: 'createObject', session, template }) as const;
      const changes = { ckaId: ckaIdOf(template) };
      return made(await controlCall(user, { ...change, operation: 'createObject', changes, command }, options), template);
    },
    async destroyObject(object, options) {
      const command = async (session: number) => ({ op: 'destroyObject', session, object: await keyBytes(object) }) as const;
      const changes = { ckaId: references.idOf(object) };
      // Not looked up again when its handle is gone: what has its names then is another object.
      await controlCall(user, { ...change, operation: 'destroyObject', changes, command }, options);
      references.forget(object, slot);
    },
    async wrapKey(wrapping, mechanism, key, bytes, options) {
      const command = async (session: number) =>
        ({ op: 'wrapKey', session, wrapping: await keyBytes(wrapping), mechanism, key: await keyBytes(key), bytes }) as const;
      const { value } = await controlCall(
        user,
        { operation: 'wrapKey', slot, readWrite: false, command, forget: forget(wrapping, key) },
        options,
      );
      return value;
    },
    async unwrapKey(unwrapping, mechanism, wrapped, template, options) {
      const command = async (session: number) =>
        ({ op: 'unwrapKey', session, unwrapping: await keyBytes(unwrapping), mechanism, wrapped, template }) as const;
      const changes = { ckaId: ckaIdOf(template) };
      const call = { ...change, operation: 'unwrapKey', changes, command, forget: forget(unwrapping) } as const;
      return made(await controlCall(user, call, options), template);
    },
  };
}
