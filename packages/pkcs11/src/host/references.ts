import { SignError } from '@securosys/core';
import { CKA } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import type { Attributes, ObjectHandle } from '../token/token-calls.js';
import { ckaIdOf } from './cka-id.js';
import type { SlotHost } from './slot-host.js';

/** Attributes by which an object is known again in another epoch, or in another slot of the same partition. */
const identifying = [CKA.CLASS, CKA.KEY_TYPE, CKA.ID, CKA.LABEL] as const;

/** An object behind a handle that was given out: how to find it, and what it is called where it was found. */
export interface Reference {
  /** Attributes that name it; without CKA_ID and CKA_LABEL it cannot be found again. */
  readonly identity: Template;
  readonly known: Map<SlotHost, { readonly epoch: number; readonly bytes: Uint8Array }>;
  /** How often it was found again. */
  again: number;
}

/**
 * The handles that were given out. A module's handles die with the login, and each slot has its own; what is given out is good for as
 * long as the object is there, because it is found again by its class, type, id and label when it has to be.
 */
export class References {
  readonly #byHandle = new WeakMap<ObjectHandle, Reference>();

  /** What to read of an object besides what the caller wants. */
  readonly wanted: readonly number[] = identifying;

  /** Gives out a handle that `slot` has for an object with these attributes. */
  give(slot: SlotHost, epoch: number, bytes: Uint8Array, attributes: Attributes): ObjectHandle {
    return this.#keep(
      slot,
      epoch,
      bytes,
      identifying.flatMap((type) => {
        const value = attributes.get(type);
        return value && value.length > 0 ? [{ type, value }] : [];
      }),
    );
  }

  /** The same for an object that was made from a template. */
  giveMade(slot: SlotHost, epoch: number, bytes: Uint8Array, template: Template): ObjectHandle {
    return this.#keep(
      slot,
      epoch,
      bytes,
      template.filter(({ type }) => identifying.some((known) => known === type)),
    );
  }

  /** Its bytes in this slot, when they are of this login. */
  lookUp(handle: ObjectHandle, slot: SlotHost): Uint8Array | undefined {
    const known = this.#byHandle.get(handle)?.known.get(slot);
    return known !== undefined && known.epoch === slot.epoch ? known.bytes : undefined;
  }

  /**
   * How the object is found again.
   * @throws SignError `ERR_KEY_NOT_FOUND` for a handle that is not of this token, or of an object without id and label
   */
  identity(handle: ObjectHandle): Template {
    const identity = this.#byHandle.get(handle)?.identity ?? [];
    const named = identity.some(
      ({ type, value }) => (type === CKA.ID || type === CKA.LABEL) && value instanceof Uint8Array && value.length > 0,
    );
    if (!named) throw notFound('its handle is of an earlier login, and it has neither id nor label to find it by');
    return identity;
  }

  /** CKA_ID in hex, as far as it is known. */
  idOf(handle: ObjectHandle): string | undefined {
    return ckaIdOf(this.#byHandle.get(handle)?.identity ?? []);
  }

  /** `epoch` is the one in which the module was asked, which may be over by now. */
  learn(handle: ObjectHandle, slot: SlotHost, epoch: number, bytes: Uint8Array): void {
    const reference = this.#byHandle.get(handle);
    if (!reference) return;
    reference.known.set(slot, { epoch, bytes });
    reference.again++;
  }

  /** How often the object was found again by its names, which another one may have by then. */
  foundAgain(handle: ObjectHandle): number {
    return this.#byHandle.get(handle)?.again ?? 0;
  }

  /** The module does not know it under these bytes any more. */
  forget(handle: ObjectHandle, slot: SlotHost): void {
    this.#byHandle.get(handle)?.known.delete(slot);
  }

  #keep(slot: SlotHost, epoch: number, bytes: Uint8Array, identity: Template): ObjectHandle {
    const handle: ObjectHandle = { bytes, epoch };
    this.#byHandle.set(handle, { identity, known: new Map([[slot, { epoch, bytes }]]), again: 0 });
    return handle;
  }
}

/** The error of an object that is not on the token any more. */
export const notFound = (why: string): SignError =>
  new SignError('ERR_KEY_NOT_FOUND', `the object is no longer on the token, or was changed: ${why}`);
