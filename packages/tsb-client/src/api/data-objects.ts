import { dto } from './dto.js';
import { type Infer, object, optional } from './shape.js';
import { base64, flag, name, text } from './values.js';

const attributesShape = object({ private: optional(flag), modifiable: optional(flag), destroyable: optional(flag) });

const dataObjectShape = object({
  name,
  /** Base64 of at most 64 KiB. */
  value: base64,
  attributes: optional(attributesShape),
});

const storedShape = object({ name: text, value: base64, attributes: optional(attributesShape) });

/** Bytes to be kept in the HSM's partition under a name (§2.8). */
export interface NewDataObject extends Infer<typeof dataObjectShape> {}
/** A data object as it is stored. */
export interface DataObject extends Infer<typeof storedShape> {}

/** {@link NewDataObject} on the wire. */
export const createDataObjectDto = dto<NewDataObject>('create data object', dataObjectShape);
/** {@link DataObject} on the wire. */
export const dataObjectDto = dto<DataObject>('data object', storedShape);
